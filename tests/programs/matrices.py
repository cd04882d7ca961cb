"""Arrays of two axes: rows, columns, broadcasting, reductions along an axis, products, masks and indices that repeat."""

from __future__ import annotations

from growing import Form, Growing


class Matrices(Growing):
    def grown(self) -> list[Form]:
        forms: list[Form] = [(3, self.new_matrix), (8, self.change_matrix), (4, self.read_matrix), (4, self.vector_of), (4, self.change_vector)]
        if self.work <= 12 and self.depth < 4:
            forms.append((2, self.for_rows))
        return [*super().grown(), *forms]

    def reads(self) -> list[str]:
        return [*super().reads(), *(f"{name}[{self.row(name)}, {self.where()}]" for name in self.things("matrix"))]

    def tests(self) -> list[str]:
        return [*super().tests(), *(f"np.sum({name}) > 0.2" for name in self.things("matrix")), *(f"np.any({name} > 0.5)" for name in self.scope.vectors[:1])]

    def row(self, name: str) -> str:
        rows = self.scope.things[name][1]
        if self.scope.ints and self.chance(0.5):
            return f"{self.random.choice(self.scope.ints)} % {rows}"
        return str(self.random.choice((0, rows - 1, -1)))

    def a_vector(self) -> str:
        return self.random.choice(self.scope.vectors) if self.scope.vectors else f"np.ones({self.size})"

    def new_matrix(self) -> None:
        name, other, vector = self.new_name(), self.pick("matrix"), self.a_vector()
        rows = self.random.choice((2, 3))
        texts = [f"np.zeros(({rows}, {self.size}))", f"np.stack(({', '.join(self.a_vector() for _ in range(rows))}))",
                 f"np.array([{', '.join('[' + ', '.join(self.value() for _ in range(self.size)) + ']' for _ in range(rows))}])",
                 f"np.outer(np.ones({rows}), {vector})", f"np.ones(({rows}, 1)) * {vector}", f"np.arange(1.0, {rows + 1}.0)[:, None] * {vector}"]  # fmt: skip
        if other and self.chance(0.6):
            rows = self.scope.things[other][1]
            texts = [f"{other}.copy()", f"0.5 * {other} + {vector}", f"np.sin({other})", f"{other}[::-1]", f"np.where({other} > 0.1, {other}, {self.leaf()})",
                     f"{other} - {other}.mean(axis=0)", f"{other} * {other}[:, :1]", other, f"np.cumsum({other}, axis={self.any_of('0', '1')}) * 0.4",
                     f"{other}.T.copy().T", f"{other}[:, ::-1]", f"np.tanh({other} @ np.outer({vector}, {vector}))", f"np.maximum({other}, 0.1)"]  # fmt: skip
        self.emit(f"{name} = {self.random.choice(texts)}")
        self.make(name, "matrix", rows)

    def change_matrix(self) -> None:
        name = self.pick("matrix")
        if name is None:
            return self.new_matrix()
        row, column, vector = self.row(name), self.where(), self.a_vector()
        self.emit(self.any_of(
            f"{name}[{row}, {column}] = {self.value()}", f"{name}[{row}, {column}] += {self.bounded()}", f"{name}[{row}][{column}] *= {self.smooth(self.leaf())}",
            f"{name}[{row}] = {vector}", f"{name}[:, {column}] *= {self.smooth(self.leaf())}", f"{name}[:, 1:] += 0.3 * {name}[:, :-1]",
            f"{name}[[0, 1]] = {name}[[1, 0]]", f"{name}.T[{column}] = {self.bounded()}", f"{name}[{name} > 0.2] *= 0.5", f"{name} += 0.2 * {vector}",
            f"np.add.at({name}, ([0, 0, 1], [0, 0, 1]), {self.bounded()})", f"np.sin({name}, out={name})", f"np.copyto({name}[{row}], 0.5 * {vector})",
            f"{name}[[0, 0], [0, 1]] += {self.bounded()}", f"{name}[:, {column}] = {name}[:, 0] * {self.leaf()}", f"{name}[{row}] -= {self.bounded()} * {name}[0]",
            f"{name} *= np.tanh({vector})", f"{name}[1:] = {name}[:-1]", f"{name}[::-1, 0] += {self.bounded()}", f"{name}[{row}, ::-1] = {vector}",
            f"{name}[..., 0] = {self.bounded()}", f"{name}[0], {name}[1] = {name}[1].copy(), {name}[0].copy()", f"{name}[np.arange(2), [1, 0]] = {self.bounded()}",
        ))  # fmt: skip
        return None

    def vector_of(self) -> None:
        """A vector of a matrix or of another vector."""
        matrix, vector = self.pick("matrix"), self.a_vector()
        texts = [f"0.5 * np.cumsum({vector})", f"{vector}[{self.fancy_index()}]", f"np.roll({vector}, 1)", f"{vector}[np.argsort({vector})]", f"np.sort({vector})",
                 f"np.where({vector} > 0.1, {vector}, {self.bounded()})", f"np.tanh(np.outer({vector}, {vector}) @ {vector})", f"np.flip({vector})",
                 f"np.array([{', '.join(self.value() for _ in range(self.size))}])", f"np.full({self.size}, {self.value()})", f"np.minimum({vector}, 0.4)"]  # fmt: skip
        if matrix and self.chance(0.7):
            texts = [f"np.tanh({matrix}.sum(axis=0))", f"{matrix}[{self.row(matrix)}]", f"{matrix}.mean(axis=0)", f"np.tanh({matrix}.T @ {matrix}[:, 0])",
                     f"{matrix}.max(axis=0)", f"np.sin({vector} @ ({matrix}.T @ {matrix}))", f"{matrix}[{self.row(matrix)}].copy()",
                     f"np.sum({matrix} * {vector}, axis=0) * 0.5", f"{matrix}.ravel()[:{self.size}]", f"{matrix}.T[:, 0]"]  # fmt: skip
        name = self.random.choice(("p", "q", "r", "g", "h"))
        if name in self.scope.frozen:
            return
        self.emit(f"{name} = {self.random.choice(texts)}")
        self.scope.forget(name)
        self.scope.vectors.append(name)

    def fancy_index(self) -> str:
        return str([self.random.choice((0, 1, -1)) for _ in range(self.size)])

    def change_vector(self) -> None:
        name = self.array()
        if name is None:
            return self.new_array()
        other = self.a_vector()
        self.emit(self.any_of(
            f"np.add.at({name}, [0, 1, 0], {self.bounded()})", f"np.add.at({name}, {self.fancy_index()}, 0.3 * {other})", f"{name}[::2] *= {self.smooth(self.leaf())}",
            f"{name}[-1:0:-1] = 0.5 * {other}[1:]", f"np.copyto({name}, {self.bounded()} * {other})", f"{name}[[1, 0]] = {name}[[0, 1]]", f"{name}[[0, 0]] = {self.bounded()}",
            f"{name}[{other} > 0.2] += {self.bounded()}", f"np.cumsum({other}, out={name})", f"np.add({name}, {other}, out={name})", f"np.putmask({name}, {other} > 0.1, 0.3)",
            f"{name}[1:] += 0.4 * {name}[:-1]", f"{name}[:-1] += 0.4 * {name}[1:]", f"{name}[{self.where()}:] -= {self.bounded()}", f"{name}[:] = {name}[::-1]",
            f"{name}.sort()", f"{name} /= 1 + {other} ** 2",
        ))  # fmt: skip
        return None

    def read_matrix(self) -> None:
        name, vector = self.pick("matrix"), self.a_vector()
        if name is None:
            return self.new_matrix()
        self.assigned(self.any_of(
            f"np.tanh({name}.sum())", f"np.sin(({name} @ {vector}).sum())", f"np.tanh({name}.sum(axis=1)[{self.row(name)}])", f"np.tanh(np.sum({name} * {name}))",
            f"{name}.max()", f"np.tanh(np.sum({name}[:, 0] * {name}[:, -1]))", f"np.mean({name}[1:])", f"np.tanh(np.trace({name} @ {name}.T))",
            f"{name}[{self.row(name)}, {self.where()}]", f"np.tanh(np.prod({vector}))", f"np.tanh({name}[{name} > 0.1].sum())", f"{name}.T[{self.where()}, {self.row(name)}]",
            f"np.tanh(np.sum({name}[:, [0, 0, 1]]))", f"{name}.mean(axis=1).min()", f"np.cos(np.sum({name}, axis=(0, 1)))",
        ))  # fmt: skip
        return None

    def for_rows(self) -> None:
        name = self.pick("matrix")
        if name is None:
            return self.new_matrix()
        choice = self.random.randrange(4)
        if choice == 0:
            i, rows = self.loop_name(), self.scope.things[name][1]
            self.emit(f"for {i} in range(1, {rows}):")
            with self.indented():
                self.emit(f"{name}[{i}] = 0.5 * {name}[{i} - 1] + {self.bounded()}")
            self.loop_body(rows - 1, lambda: self.bind_int(i), True)
        elif choice == 1:
            row = self.random.choice(("p", "q", "r", "g", "h"))
            if row in self.scope.frozen:
                return None
            self.emit(f"for {row} in {name}:")
            self.loop_body(3, lambda: (self.scope.forget(row), self.scope.vectors.append(row))[0], True)
        elif choice == 2:
            i, a = self.loop_name(), self.target()
            self.emit(f"for {i}, {a} in enumerate({name}[0]):")
            self.loop_body(self.size, lambda: (self.bind_int(i), self.define(a))[0], True)
        else:
            a, b = self.distinct_targets(2)
            self.over(f"for {a}, {b} in {name}[:, :2]:", 3, a, b)
        return None
