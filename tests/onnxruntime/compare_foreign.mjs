// A model of another tool in ONNX Runtime and in kette:
//
//     node compare_foreign.mjs FOLDER_OF_NODE_MODULES KETTE MODEL
//
// Both predict the same made-up rows. Prints the largest difference, relative to the largest number; exit code 1 when
// it is more than 1e-5.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

const [modules, kette, model] = process.argv.slice(2);
const ort = createRequire(modules + '/')('onnxruntime-node');

const session = await ort.InferenceSession.create(model, { logSeverityLevel: 3 });
const [input] = session.inputMetadata;
const fixed = input.shape.map((dim) => (typeof dim === 'number' && dim > 0 ? dim : null));
const columns = fixed.length === 1 ? fixed[0] : fixed.slice(1).reduce((product, dim) => product * dim, 1);
const batch = fixed.length === 1 ? 1 : fixed[0] ?? 30;
const rows = Math.max(batch, 30);

let state = 20240917; // a linear congruential generator: the same rows each time
const random = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
const matrix = Float32Array.from({ length: rows * columns }, () => Math.round(2000 * random() - 1000) / 500);

// What is compared: numbers, or labels where the probabilities are maps, which this binding of the runtime does not give.
const [output] = session.outputMetadata.filter((info) => info.isTensor);
const areLabels = session.outputMetadata.some((info) => !info.isTensor);

async function run(values, count) {
  const dims = fixed.length === 1 ? fixed : [count, ...fixed.slice(1)];
  const wide = input.type === 'float64' ? Float64Array.from(values) : values;
  const results = await session.run({ [input.name]: new ort.Tensor(input.type, wide, dims) }, [output.name]);
  return Array.from(results[output.name].data, Number);
}

let expected = [];
for (let first = 0; first + batch <= rows; first += batch)
  expected = expected.concat(await run(matrix.slice(first * columns, (first + batch) * columns), batch));
const count = Math.floor(rows / batch) * batch;
const folder = mkdtempSync(join(tmpdir(), 'kette-'));
const table = join(folder, 'rows.csv');
const line = (row) => Array.from(matrix.slice(row * columns, (row + 1) * columns)).join(',');
writeFileSync(table, [Array.from({ length: columns }, (_, i) => 'x' + (i + 1)).join(','), ...Array.from({ length: count }, (_, row) => line(row))].join('\n') + '\n');
const predict = (...options) => execFileSync(kette, ['predict', model, table, '--header', 'yes', ...options], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
let text;
try {
  text = predict(...(areLabels ? [] : ['--probabilities']));
} catch {
  text = predict();  // a regression
}
rmSync(folder, { recursive: true });
const [head, ...lines] = text.trim().split('\n').map((l) => l.split(','));
const first = head.findIndex((name) => name.startsWith('probability_'));
const found = lines.flatMap((l) => l.slice(Math.max(first, 0)).map(Number));
const scale = Math.max(...expected.map(Math.abs), 1e-30);
const worst = found.length === expected.length ? Math.max(...found.map((value, i) => Math.abs(value - expected[i]) / scale)) : Infinity;
console.log(`${basename(model)}: ${count} rows${areLabels ? ', labels' : ''}, largest difference ${worst.toExponential(1)}`);
process.exit(worst <= 1e-5 ? 0 : 1);
