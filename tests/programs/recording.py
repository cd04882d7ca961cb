"""Named tuples, dataclasses, objects in lists and in loops, objects that hold lists and other objects."""

from __future__ import annotations

from growing import Form, Growing

CLASSES = '''
class Pair(typing.NamedTuple):
    u: float
    w: float = 0.4

    def turned(self):
        return Pair(-self.w, self.u)


@dataclasses.dataclass
class Spot:
    u: float
    w: float = 0.3

    def size(self):
        return math.sqrt(1 + self.u * self.u) * self.w


class Bag:
    def __init__(self, first, *others):
        self.items = [first, *others]
        self.inside = None
        self.count = 0

    def add(self, v):
        self.items.append(0.5 * v)
        self.count += 1
        return self

    def total(self):
        return math.tanh(sum(self.items))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, k):
        return self.items[k]

    def __setitem__(self, k, v):
        self.items[k] = v

    def __call__(self, v):
        return v * self.items[-1]


def spread(v, *rest, scale=0.5, **more):
    for r in rest:
        v = 0.6 * v + math.sin(r)
    for name, r in more.items():
        v += scale * r
    return math.tanh(v * scale)


def twice(g, v):
    return g(0.5 * g(v))


class Noted:
    def __init__(self, v):
        self.v = v

    def __enter__(self):
        return 0.5 * self.v

    def __exit__(self, *what):
        return False


@contextlib.contextmanager
def noted(v):
    yield math.sin(v)


def scaled(k):
    return lambda v: math.tanh(k * v)


def damped(g):
    def inner(v):
        return 0.5 * g(v) + 0.1 * v
    return inner

'''


class Recording(Growing):
    def grown(self) -> list[Form]:
        forms: list[Form] = [(3, self.new_pair), (2, self.unpack_pair), (3, self.new_spot), (4, self.change_spot), (2, self.new_bag), (5, self.change_bag), (2, self.new_objects), (4, self.change_objects)]
        if self.work <= 12 and self.depth < 4:
            forms.append((3, self.for_objects))
        return [*super().grown(), *forms]

    def reads(self) -> list[str]:
        texts = [f"{name}{self.any_of('.u', '.w', '[0]', '[-1]')}" for name in self.things("pair")]
        texts += [f"{name}{self.any_of('.u', '.w', '.size()')}" for name in self.things("spot")]
        texts += [f"{name}{self.any_of('[0]', '[-1]', '.items[0]', '.total()', f'({self.random.choice(self.scope.floats)})')}" for name in self.things("bag")]
        texts += [f"{name}[{self.place(name)}].{self.any_of('a', 'b', 'both')}" for name in self.things("objects")]
        return [*super().reads(), *texts]

    def tests(self) -> list[str]:
        return [*super().tests(), *(f"len({name}) > 2" for name in self.things("bag")), *(f"{name}.inside is None" for name in self.things("bag"))]

    def new_pair(self) -> None:
        name, other = self.new_name(), self.pick("pair")
        texts = [f"Pair({self.value()}, {self.value()})", f"Pair({self.value()})", f"Pair(w={self.value()}, u={self.value()})"]
        if other:
            texts += [f"{other}._replace(u={self.value()})", f"{other}.turned()", f"Pair(*{other}[::-1])"]
        self.emit(f"{name} = {self.random.choice(texts)}")
        self.make(name, "pair", 2)

    def unpack_pair(self) -> None:
        name = self.pick("pair")
        if name is None:
            return self.new_pair()
        a, b = self.distinct_targets(2)
        self.emit(f"{a}, {b} = {name}")
        self.define(a, b)
        return None

    def new_spot(self) -> None:
        name, other = self.new_name(), self.pick("spot")
        texts = [f"Spot({self.value()}, {self.value()})", f"Spot({self.value()})"]
        if other:
            texts += [f"dataclasses.replace({other}, u={self.value()})", f"copy.copy({other})", other]
        self.emit(f"{name} = {self.random.choice(texts)}")
        self.make(name, "spot", 2)

    def change_spot(self) -> None:
        name = self.pick("spot")
        if name is None:
            return self.new_spot()
        if self.chance(0.2):
            self.emit(f"{name}.u, {name}.w = {name}.w, {name}.u")
        else:
            self.emit(f"{name}.{self.any_of('u', 'w')} {self.any_of('=', '+=', '*=')} {self.bounded()}")
        return None

    def new_bag(self) -> None:
        name = self.new_name()
        self.emit(f"{name} = " + self.any_of(f"Bag({self.value()})", f"Bag({self.value()}, {self.value()})", f"Bag({self.value()}).add({self.value()})"))
        self.make(name, "bag", 1)

    def change_bag(self) -> None:
        name, inner = self.pick("bag"), self.pick("bag")
        if name is None:
            return self.new_bag()
        choice = self.random.randrange(7)
        if choice == 0:
            self.emit(f"{name}.add({self.value()})")
        elif choice == 1:
            self.emit(f"{name}[{self.any_of('0', '-1')}] {self.any_of('=', '+=')} {self.bounded()}")
        elif choice == 2:
            self.emit(f"{name}.items[{self.any_of('0', '-1')}] *= {self.smooth(self.leaf())}")
        elif choice == 3:
            self.emit(f"{name}.items {self.any_of('=', '+=')} [{self.value()}, {self.value()}]")
        elif choice == 4 and inner != name and not self.loops and self.depth == 1:
            self.emit(f"{name}.inside = {inner}")
            self.emit(f"{name}.inside.add({self.value()})")
        elif choice == 5:
            self.assigned(f"{name}.add({self.value()}).total()")
        else:
            self.assigned(f"math.tanh({name}({self.leaf()}) + {name}.count)")
        return None

    def new_objects(self) -> None:
        name, objects = self.new_name(), self.things("object")
        texts = [f"[Box({self.value()}), Lid({self.value()})]", f"[Box({self.leaf()} * k_, 0.3) for k_ in range(2)]", f"[Box({self.value()})]"]
        if objects:
            texts.append(f"[copy.copy({self.random.choice(objects)}), Box({self.value()})]")
        self.emit(f"{name} = {self.random.choice(texts)}")
        self.make(name, "objects", 1)

    def change_objects(self) -> None:
        name = self.pick("objects")
        if name is None:
            return self.new_objects()
        at, choice = self.place(name), self.random.randrange(6)
        if choice == 0:
            self.emit(f"{name}.append(Box({self.value()}))")
        elif choice == 1:
            self.emit(f"{name}[{at}].{self.any_of('a', 'b')} {self.any_of('=', '+=')} {self.bounded()}")
        elif choice == 2:
            self.assigned(f"{name}[{at}].step({self.leaf()})")
        elif choice == 3:
            self.assigned(self.any_of(f"math.tanh(sum(o_.a for o_ in {name}))", f"max({name}, key=lambda o_: o_.a).b", f"sorted({name}, key=lambda o_: o_.both)[0].a",
                                      f"math.sin(sum([o_.a * o_.b for o_ in {name} if o_.b > 0.1]))"))  # fmt: skip
        elif choice == 4:
            self.emit(f"{name}.sort(key=lambda o_: o_.a)")
        else:
            self.emit(f"{name}[0], {name}[-1] = {name}[-1], {name}[0]")
        return None

    def for_objects(self) -> None:
        name = self.pick("objects")
        if name is None:
            return self.new_objects()
        item, a = self.new_name(), self.target()
        if self.chance(0.5):
            self.emit(f"for {item} in {name}[:3]:")
        else:
            self.emit(f"for {item}, {a} in zip({name}[:2], ({self.value()}, {self.value()})):")
        bound = [a] if "zip" in self.lines[-1] else []
        with self.indented():
            self.emit(self.any_of(f"{item}.a += {self.bounded()}", f"{item}.step({self.leaf()})", f"{item}.b = 0.5 * {item}.a", f"if {item}.a > 0.3: {item}.a *= 0.5"))
        self.loop_body(3, lambda: (self.define(*bound), self.make(item, "object", 2))[0], False)
        self.scope.forget(item)
        return None
