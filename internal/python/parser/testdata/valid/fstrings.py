f''
f'{a}' F"{a!r}" f'{a!s:>{b}}' f'{a:{b}.{c}}' f'{a!a}'
f'{{a}}' f'a{{' f'}}' f'{{{a}}}'
f'{a=}' f'{ a = }' f'{a=!s}' f'{a=:>5}' f'{a + b = !r:^{c}}'
'a' f'b{c}d' 'e' f'{f}' "g"
f'a' 'b'
u'k' f'{a}'
'' f'{a}' '' f''
f'{a["b"]}' f"{a["b"]}" f'{'nested'}' f'{f'{f'{1}'}'}'
f'{a:%H:%M}' f'{a:}' f'{a!r:}' f'{a:\n}' f'{a:{b!r:{c}}}'
f'\n\x41\N{BULLET}{a}\t'
rf'\n{a}\d' fr"\{a}" Rf'{a:\d}'
f'{lambda_}' f'{(lambda: 1)}' f'{(a := 1)}' f'{a:=5}' f'{a!=b}'
f'{*a, b}' f'{yield_}' f'{a if b else c}' f'{ {a: b}[c] }' f'{ {a} }'
f'''{
    a  # comment
    + b
}'''
f'''{a
=}'''
f"{
    a
}"
f'''a
{b:
c}
'''
f'{a:{{b}}}'
f"{a=}{b=}" "x"
f"{'a' 'b'}" f"{f"{x=}"=}"
x = (f'a{b}'
     f'c{d}')
f'{a:x{b}y{c}z}' f'{a:\x41{b}}'
f'\{a}' f'{a}\
b'
def f(): return f'{yield}{await x}'
