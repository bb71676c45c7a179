// Runs a model in ONNX Runtime on the raw rows of a table and compares with what `kette predict` printed:
//
//     node compare.mjs FOLDER_OF_NODE_MODULES MODEL TABLE PREDICTIONS
//
// The table is a CSV file with a header line. Prints the largest difference; exit code 1 when a label differs, or a
// number by more than 1e-5 (of probabilities as such, of others relative to the largest).
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [modules, modelPath, tablePath, predictionsPath] = process.argv.slice(2);
const ort = createRequire(modules + '/')('onnxruntime-node');

function records(text) {
  const rows = [];
  let row = [], field = '', quoted = false;
  for (let i = 0; i < text.length; ++i) {
    const c = text[i];
    if (quoted) {
      if (c !== '"') field += c;
      else if (text[i + 1] === '"') field += text[++i];
      else quoted = false;
    } else if (c === '"' && field.trim() === '') {
      quoted = true;
      field = '';
    } else if (c === ',') {
      row.push(field);
      field = '';
    } else if (c === '\n') {
      row.push(field);
      rows.push(row);
      row = [];
      field = '';
    } else if (c !== '\r') {
      field += c;
    }
  }
  if (field !== '' || row.length > 0) rows.push([...row, field]);
  return rows.filter((r) => r.length > 1 || r[0] !== '');
}

function table(path) {
  const [names, ...rows] = records(readFileSync(path, 'utf8').replace(/^\uFEFF/, ''));
  return { names, rows, column: (name) => rows.map((row) => row[names.indexOf(name)].trim()) };
}

// What the columns are stands in the file's metadata as JSON.
function schema(bytes) {
  const text = bytes.toString('utf8'), begin = text.indexOf('{"version":');
  let depth = 0, quoted = false;
  for (let i = begin; i < text.length; ++i) {
    if (quoted) {
      if (text[i] === '\\') ++i;
      else if (text[i] === '"') quoted = false;
    } else if (text[i] === '"') quoted = true;
    else if (text[i] === '{') ++depth;
    else if (text[i] === '}' && --depth === 0) return JSON.parse(text.slice(begin, i + 1));
  }
  throw new Error('no schema');
}

const missing = new Set(['', '?', 'na', 'n/a', 'nan', 'null']);
const number = (text) => (missing.has(text.toLowerCase()) ? NaN : Number(text));
const seconds = (text) => (missing.has(text.toLowerCase()) ? NaN : Date.parse(text.replace(' ', 'T') + (text.includes(':') ? 'Z' : 'T00:00Z')) / 1000);
const words = (text) => (text.match(/[0-9A-Za-z\u0080-\u{10FFFF}]+/gu) ?? []).map((w) => w.replace(/[A-Z]/g, (c) => c.toLowerCase()));

function feeds(features, inputs, rows) {
  const count = rows.rows.length;
  if (inputs.length === 1 && inputs[0].name === 'features') {
    const columns = features.map((f) => rows.column(f.name).map(number));
    const matrix = new Float32Array(count * columns.length);
    columns.forEach((column, c) => column.forEach((value, r) => (matrix[r * columns.length + c] = value)));
    return { features: new ort.Tensor('float32', matrix, [count, columns.length]) };
  }
  return Object.fromEntries(features.map((feature, i) => {
    const texts = rows.column(feature.name);
    const of = {
      number: () => new ort.Tensor('float32', Float32Array.from(texts, number), [count, 1]),
      category: () => new ort.Tensor('string', texts, [count, 1]),
      date: () => new ort.Tensor('float64', Float64Array.from(texts, seconds), [count, 1]),
      words: () => {
        const lists = texts.map(words), width = Math.max(1, ...lists.map((list) => list.length));
        return new ort.Tensor('string', lists.flatMap((list) => [...list, ...Array(width - list.length).fill('')]), [count, width]);
      },
    }[feature.kind]();
    return [inputs[i].name, of];
  }));
}

const bytes = readFileSync(modelPath);
const session = await ort.InferenceSession.create(bytes, { logSeverityLevel: 3 });
const { features, targets, labels } = schema(bytes);
const results = await session.run(feeds(features, session.inputMetadata, table(tablePath)));
const expected = table(predictionsPath);

let worst = 0;
const compare = (found, column, scale) =>
  expected.column(column).forEach((text, row) => {
    const difference = Math.abs(found(row) - Number(text)) / scale;
    worst = Number.isNaN(difference) ? Infinity : Math.max(worst, difference);
  });
let wrong = 0;
if (labels.length > 0) {
  labels.forEach((label, c) => compare((row) => results.probabilities.data[row * labels.length + c], 'probability_' + label, 1));
  expected.column('prediction').forEach((label, row) => (wrong += label === results.label.data[row].trim() ? 0 : 1));
} else {
  targets.forEach((target, t) => {
    const name = targets.length === 1 ? 'prediction' : 'prediction_' + target;
    const scale = Math.max(...expected.column(name).map((text) => Math.abs(Number(text))), 1e-30);
    compare((row) => results.prediction.data[row * targets.length + t], name, scale);
  });
}
console.log(`${modelPath}: ${expected.rows.length} rows, largest difference ${worst.toExponential(1)}, other labels ${wrong}`);
process.exit(expected.rows.length > 0 && worst <= 1e-5 && wrong === 0 ? 0 : 1);
