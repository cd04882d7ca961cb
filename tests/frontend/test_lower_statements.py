"""Lowering of statements beyond assignments and loops: program text in, IR text out."""

from __future__ import annotations

import textwrap

from outcomes import program_of

from wengert.ir.text import show


def check(text: str, program: str) -> None:
    assert show(program_of(textwrap.dedent(text).strip("\n"))) == textwrap.dedent(program).strip("\n")


def test_stores_are_effects_in_pythons_order():
    check(
        """
        def f(a, p, i, y):
            a[i], a[0] = a[0], y
            p.m += y
            del a[0], p.m
            return a
        """,
        """
        function f(a, p, i, y):
            %0 = getitem(a, 0)
            setitem(a, i, %0)
            setitem(a, 0, y)
            %1 = getattr(p, 'm')
            %2 = iadd(%1, y)
            setattr(p, 'm', %2)
            delitem(a, 0)
            delattr(p, 'm')
            return a
        """,
    )


def test_a_comprehension_is_a_loop_that_fills_a_fresh_object():
    check(
        """
        def f(xs, x):
            return {k: x * v for k, v in xs if v}
        """,
        """
        function f(xs, x):
            %0 = dict()
            for %1 in xs:
                k.0, v.0 = unpack(%1)
                if v.0:
                    %2 = x * v.0
                    setitem(%0, k.0, %2)
                    yield
                yield
            return %0
        """,
    )


def test_a_generator_expression_that_a_call_takes_up_is_a_list():
    check(
        """
        def f(xs, x):
            return sum(x * v for v in xs)
        """,
        """
        function f(xs, x):
            %0 = global('sum')
            %1 = list()
            for v.0 in xs:
                %2 = x * v.0
                %3 = getattr(%1, 'append')
                %4 = call(%3, %2)
                yield
            %5 = generator(%1, False)
            %6 = call(%0, %5)
            return %6
        """,
    )


def test_a_for_over_a_generator_expression_is_one_loop():
    check(
        """
        def f(xs, x):
            for v in (x * t for t in xs if t):
                x = x + v
            return x
        """,
        """
        function f(xs, x):
            x.3 = for t.0 in xs carry x.0 = x:
                x.2 = if t.0:
                    v.0 = x.0 * t.0
                    x.1 = x.0 + v.0
                    yield x.1
                else:
                    yield x.0
                yield x.2
            return x.3
        """,
    )


def test_a_generator_expression_that_is_kept_is_a_generator_function():
    check(
        """
        def f(xs, x):
            return (x * v for v in xs)
        """,
        """
        function f(xs, x):
            %2 = def genexpr(items.0):
                generate()
                for v.0 in items.0:
                    %0 = x * v.0
                    %1 = offer(%0)
                    if %1:
                        return None
                    yield
                return None
            %3 = call(%2, xs)
            return %3
        """,
    )


def test_a_generator_function_offers_its_values():
    check(
        """
        def f(x, n):
            for i in range(n):
                yield i * x
        """,
        """
        function f(x, n):
            generate()
            %0 = global('range')
            %1 = call(%0, n)
            for i.0 in %1:
                %2 = i.0 * x
                %3 = offer(%2)
                if %3:
                    return None
                yield
            return None
        """,
    )


def test_a_manager_is_left_on_every_way_out():
    check(
        """
        def f(x, m):
            with m as y:
                if x:
                    return y
            return x
        """,
        """
        function f(x, m):
            %0 = enter(m)
            if x:
                leave(m)
                return %0
            leave(m)
            return x
        """,
    )


def test_a_handler_is_a_branch_after_a_copy_of_the_body_has_been_tried():
    check(
        """
        def f(x):
            try:
                y = 1 / x
            except ZeroDivisionError:
                y = x
            return y
        """,
        """
        function f(x):
            attempt.0 = def ():
                y.0 = 1 / x
                return None
            %0 = global('ZeroDivisionError')
            %1 = caught(attempt.0, %0)
            %2 = %1 is None
            y.2 = if %2:
                y.1 = 1 / x
                yield y.1
            else:
                yield x
            return y.2
        """,
    )


def test_the_lines_of_a_finally_stand_on_every_way_out():
    check(
        """
        def f(x):
            try:
                if x: return 1
            finally:
                print(x)
            return 2
        """,
        """
        function f(x):
            cleanup()
            if x:
                %0 = global('print')
                %1 = call(%0, x)
                return 1
            %2 = global('print')
            %3 = call(%2, x)
            return 2
        """,
    )


def test_patterns_are_tests_and_captures_are_bound_when_all_hold():
    check(
        """
        def f(p):
            match p:
                case [x, 0]:
                    return x
                case float() as y if y:
                    return y
            return 1
        """,
        """
        function f(p):
            %0 = call(@isinstance, p, @collections.abc.Sequence)
            %11, x.2 = if %0:
                %1 = tuple(@str, @bytes, @bytearray)
                %2 = call(@isinstance, p, %1)
                %3 = not %2
                %10, x.1 = if %3:
                    %4 = call(@len, p)
                    %5 = %4 == 2
                    %9, x.0 = if %5:
                        %6 = getitem(p, 0)
                        %7 = getitem(p, 1)
                        %8 = %7 == 0
                        yield %8, %6
                    else:
                        yield False, undef
                    yield %9, x.0
                else:
                    yield False, undef
                yield %10, x.1
            else:
                yield False, undef
            if %11:
                return x.2
            else:
                %12 = global('float')
                %13 = call(@isinstance, p, %12)
                %14, y.0 = if %13:
                    yield True, p
                else:
                    yield False, undef
                %15, y.1 = if %14:
                    yield y.0, y.0
                else:
                    yield False, undef
                if %15:
                    return y.1
                yield
            return 1
        """,
    )


def test_imports_bind_modules():
    check(
        """
        def f(x):
            import os.path
            from .kernel import rbf as k
            return k(os, x)
        """,
        """
        function f(x):
            os.0 = import_('os.path')
            os.1 = import_('os')
            %0 = global('__package__')
            k.0 = import_from('.kernel', 'rbf', %0)
            %1 = call(k.0, os.1, x)
            return %1
        """,
    )


def test_keywords_and_dicts_of_keywords_are_one_dict():
    check(
        """
        def f(x, d):
            return g(x, *d, k=1, **d, m=2)
        """,
        """
        function f(x, d):
            %0 = global('g')
            %1 = tuple(x)
            %2 = call(@tuple, d)
            %3 = %1 + %2
            %4 = dict('k', 1)
            %5 = call(@dict, d)
            %6 = dict('m', 2)
            %7 = %4 | %5
            %8 = %7 | %6
            %9 = call_star(%0, %3, %8)
            return %9
        """,
    )
