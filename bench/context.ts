/** What every row group is given. */
export type Library = 'xgboost' | 'lightgbm' | 'catboost';

/** What people call the libraries. */
export const titles: Readonly<Record<Library, string>> = { xgboost: 'XGBoost', lightgbm: 'LightGBM', catboost: 'CatBoost' };
export const libraries: readonly Library[] = ['xgboost', 'lightgbm', 'catboost'];
/** The forests' shapes; all have 28 columns and, but in a short run, 500 trees. */
export const shapes: Readonly<Record<Library, string>> = { xgboost: 'depth 6', lightgbm: '63 leaves', catboost: 'symmetric, depth 6' };

export interface Context {
  /** Small models, few rows, one round, no heavy rivals: whether everything runs, not how fast. */
  readonly short: boolean;
  readonly rounds: number;
  /** For what takes minutes. */
  readonly fewRounds: number;
  /** Which of xgboost, lightgbm, catboost. */
  readonly libraries: readonly Library[];
  /** Folder with the models, rows and bodies. */
  readonly models: string;
  /** Folder for what a group writes on the way. */
  readonly scratch: string;
  /** Rows of the large batch. */
  readonly batchRows: number;
  log(text: string): void;
}

/** Sizes of the models and rows that models/build.py makes. */
export const sizes = {
  full: { trees: 500, training: 20_000, rows: 1_000_000 },
  short: { trees: 50, training: 2000, rows: 20_000 },
} as const;
