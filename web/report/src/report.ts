// What a page is given: the JSON object of docs/report.md.

/** Numbers by the name of a measure; null where the rows do not define it. */
export type Measures = Record<string, number | null>;

export interface Report {
  format: 1;
  command: "train" | "evaluate";
  producer: string;
  model: string;
  task: "binary" | "multiclass" | "regression";
  targets: string[];
  data: Data;
  network?: string;
  training?: string;
  curves?: { unit: "epoch" | "row"; list: Curve[] };
  search?: Search;
  doctor?: Finding[];
  judged?: string;
  judgement?: Judgement;
  examples?: Examples;
  baseline?: { answer?: string; value: number };
  importance?: Importance;
  configuration: [name: string, value: string][];
  repeat?: string;
}

export interface Data {
  files: string[];
  rows: number;
  columns: number;
  features: number;
  list: Column[];
  image?: { width: number; height: number; largest: number; means: (number | null)[] };
  split?: { training: number; validation: number; test: number };
  preparation: string[];
  notes: string[];
  warnings: string[];
}

export interface Column {
  name: string;
  role: "target" | "feature" | "unused";
  type: string;
  missing: number;
  distinct: number;
  distinct_is_exact: boolean;
  numbers?: Record<"smallest" | "lower_quartile" | "median" | "upper_quartile" | "largest" | "mean" | "deviation", number>;
  histogram?: number[];
  first_day?: string;
  last_day?: string;
  most_frequent?: { value: string; rows: number }[];
  examples?: string[];
}

export interface Curve {
  name: string;
  kept?: number;
  points: { at: number; loss?: number; training?: Measures | null; validation?: Measures | null }[];
}

export interface Search {
  measure: string;
  tried: number;
  list: { network: string; score: number | null; accuracy?: number; epochs: number; finished: boolean; networks_in_model: number }[];
}

export interface Finding {
  severity: "note" | "warning" | "serious";
  what: string;
  layer: string;
  text: string;
  remedy: string;
}

/** docs/judging.md */
export interface Judgement {
  rows: number;
  // Classes
  accuracy?: number;
  balanced_accuracy?: number;
  log_loss?: number | null;
  brier?: number;
  mcc?: number;
  kappa?: number | null;
  roc_auc?: number | null;
  average_precision?: number | null;
  precision?: Averages;
  recall?: Averages;
  f1?: Averages;
  top_k?: number;
  top_k_accuracy?: number;
  positive?: string;
  threshold?: number | null;
  thresholds?: { f1: Decision | null; youden: Decision | null };
  calibration?: Calibration;
  classes?: ClassJudgement[];
  confusion?: number[][];
  mistakes?: { expected: string; predicted: string; rows: number }[];
  // Numbers
  rmse?: number;
  mae?: number;
  r2?: number | null;
  median_absolute_error?: number;
  mape?: number;
  explained_variance?: number;
  max_error?: number;
  targets?: TargetJudgement[];
  sample?: NumberRow[];
  // Both
  worst: (ClassRow | NumberRow)[];
  intervals?: { level: number; resamples: number; of: { measure: string; value: number; low: number; high: number }[] };
  undefined?: Record<string, string>;
}

export type Averages = Record<"macro" | "micro" | "weighted", number>;
export type CurvePoint = [x: number, y: number, threshold: number | null];

export interface Decision {
  threshold: number;
  precision: number;
  recall: number;
  f1: number;
  specificity: number;
  accuracy: number;
}

export interface Calibration {
  ece: number;
  reliability: { from: number; to: number; rows: number; probability: number | null; share: number | null }[];
  temperature: { value: number; log_loss_before: number | null; log_loss_after: number | null; ece_before: number; ece_after: number } | null;
}

export interface ClassJudgement {
  label: string;
  rows: number;
  predicted: number;
  right: number;
  precision: number;
  recall: number;
  f1: number;
  roc_auc: number | null;
  average_precision: number | null;
  roc_curve?: CurvePoint[];
  precision_recall_curve?: CurvePoint[];
}

export interface TargetJudgement {
  name: string;
  rmse: number;
  mae: number;
  r2: number | null;
  median_absolute_error: number;
  mape: number;
  explained_variance: number;
  max_error: number;
  residuals: {
    mean: number;
    deviation: number;
    quantiles: Record<string, number>;
    histogram: { from: number; to: number; rows: number[]; below: number; above: number };
  };
}

export interface ClassRow {
  row: number;
  expected: string;
  predicted: string;
  probability: number;
  predicted_probability: number;
  loss: number | null;
}

export interface NumberRow {
  row: number;
  expected: number[];
  predicted: number[];
  distance: number;
}

export interface Examples {
  columns: string[];
  more_columns: number;
  rows: { place: string; values: (string | number | null)[] }[];
}

export interface Importance {
  measure: "accuracy" | "rmse";
  rows: number;
  repeats: number;
  of: number;
  features: { name: string; worse: number; worse_deviation: number; loss: number; loss_deviation: number }[];
  pixels?: number[];
}
