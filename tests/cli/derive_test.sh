#!/bin/sh
# kette derive: rules, numbers, both modes, and what it says of wrong formulas.
# usage: derive_test.sh KETTE PROJECT
set -eu
kette=$1
. "$(dirname "$0")/expect.sh"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# Rule by rule, in the order of paper.
"$kette" derive "exp(-x^2/2)" --at x=2 >out.txt
expect "first rule" 'd/dx (exp(−x²/2)) = exp(−x²/2)·d/dx (−x²/2) [exponential, chain rule]' out.txt
expect "last rule" 'd/dx (x²) = 2·x [power rule]' out.txt
expect "result" 'df/dx = −x·exp(−x²/2)' out.txt
expect "numbers" 'df/dx −0.2706705665 −0.2706705665' out.txt
"$kette" derive "-x^2" >out.txt
expect "a minus first" 'df/dx = −2·x' out.txt

# Partial derivatives and the gradient.
"$kette" derive "x^2*y + tanh(y)" --at "x=2, y=0" >out.txt
expect "gradient" '∇f = (2·x·y, x² − tanh(y)² + 1)' out.txt
expect "its numbers" '∇f = (0, 5)' out.txt

# The graph of Olah's article.
"$kette" derive "e = (a+b)*(b+1)" --at a=2,b=1 --modes >out.txt
expect "head" 'node value ∂node/∂a ∂node/∂b ∂e/∂node' out.txt
for row in 'a 2 1 0 2' 'b 1 0 1 5' 'a + b 3 1 1 2' 'b + 1 2 0 1 3' 'e = (a + b)·(b + 1) 6 2 5 1'; do
  expect "row" "$row" out.txt
done
"$kette" derive "c = a+b; d = b+1; e = c*d" >out.txt
expect "named parts" '∂e/∂b = ∂c/∂b·d + c·∂d/∂b [product rule]' out.txt

# Kinks, and points outside the domain.
"$kette" derive "relu(x)" --at x=0 >out.txt
expect "kink" 'relu(x) has a kink where x = 0, slope 0 to the left, 1 to the right' out.txt
expect "convention" "[relu; relu'(x) = 1 if x > 0, else 0]" out.txt
"$kette" derive "relu(x)" --at x=1 >out.txt
! grep -q kink out.txt || { echo "a kink where there is none"; exit 1; }
"$kette" derive "ln(x)" --at x=-1 >out.txt
expect "domain" 'ln(x) is not defined where x = −1' out.txt

"$kette" derive "x*ln(-1)" --at x=1 >out.txt
expect "domain of numbers alone" '! ln(−1) is not defined' out.txt
! grep -q '−1 = −1' out.txt || { echo "a number where it is this number"; exit 1; }

# Numbers are those of training, not of the textbook form, whose square overflows.
"$kette" derive "x/(1e200+x)" --at x=1 >out.txt
expect "quotient" 'df/dx 1e-200 1e-200' out.txt
"$kette" derive "x*y" --at "x=log(8,2), y=max(1,[2,3])" >/dev/null 2>&1 && { echo "[2,3] is a number"; exit 1; }
"$kette" derive "x*y" --at "x=log(8,2), y=max(1, 2)" >out.txt
expect "commas in brackets" 'at x = 3, y = 2' out.txt
"$kette" derive "x*y*z" --at x=1,y=2,z=3 --modes >out.txt
expect "passes" 'from top to bottom: 3 passes for all' out.txt

# LaTeX has as many { as }, JSON is one line.
"$kette" derive "sigmoid(w*x_1 + b)/α" --wrt w --latex >out.txt
[ "$(tr -cd '{' <out.txt | wc -c)" = "$(tr -cd '}' <out.txt | wc -c)" ] || { echo "braces"; cat out.txt; exit 1; }
expect "fraction" '\frac{\partial f}{\partial w} &=' out.txt
"$kette" derive "x*y" --at x=2,y=3 --modes --json >out.txt
[ "$(wc -l <out.txt)" = 1 ] || { echo "--json is not one line"; exit 1; }
expect "json" '"point":{"x":2.0,"y":3.0},"value":6.0' out.txt
expect "json" '"forward":{"x":3.0,"y":2.0}' out.txt

"$kette" derive "ln(x)" --at x=0 --json >out.txt
expect "infinite numbers" '"value":"-inf"' out.txt
expect "infinite numbers" '"at":{"value":"inf",' out.txt


# Of a long formula the first steps, and lines that end.
long=$(awk 'BEGIN { printf "x"; for (i = 0; i < 3000; ++i) printf " + ln(x+y)^%d/2", i % 7 }')
"$kette" derive "$long" --wrt x --at x=1,y=2 >out.txt
expect "steps" '… and ' out.txt
[ "$(grep -c '' out.txt)" -lt 400 ] || { echo "too many lines"; exit 1; }
"$kette" derive "$long" --wrt x --latex >out.txt
[ "$(tr -cd '{' <out.txt | wc -c)" = "$(tr -cd '}' <out.txt | wc -c)" ] || { echo "braces of a long formula"; exit 1; }
[ "$(grep -o '\\left' out.txt | wc -l)" = "$(grep -o '\\right' out.txt | wc -l)" ] || { echo "brackets"; exit 1; }

# A caret below the place.
refused 2 'there is no function sin' derive "x + sin(x)"
printf '  x + sin(x)\n      ^\n' >expected.txt
tail -n 2 err.txt | cmp - expected.txt
refused 2 '∫ cannot stand in a formula' derive "α² + ∫"
printf '  α² + ∫\n       ^\n' >expected.txt
tail -n 2 err.txt | cmp - expected.txt
refused 2 'the formula is empty' derive ""
refused 2 'not closed' derive "2(x"
refused 2 '--at: y has no value; add y=NUMBER' derive "x*y" --at x=2
refused 2 '--at: the formula has no variable z' derive "x" --at x=1,z=2
"$kette" derive "relu(x^2)" --at x=0 >out.txt
expect "a kink within a smooth function" 'itself is smooth there' out.txt
refused 2 'x must be a number, found "1;y=2"; commas separate variables' derive "x" --at "x=1;y=2"
refused 2 '--at: expected name=number, found "2"' derive "x" --at 2
refused 2 '--at: x must be a number' derive "x" --at x=y
refused 2 '--at: x is given twice' derive "x" --at x=1,x=2
refused 2 '--wrt: "2x" is no name of a variable' derive "x" --wrt 2x
refused 2 '--modes shows numbers: --at says where' derive "x" --modes
refused 2 'has no variable; --wrt names one' derive "7"
refused 2 'EXPRESSION is missing' derive
