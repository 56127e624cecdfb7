/** The pictures of docs/benchmarks.md: Vega-Lite to SVG, for light and dark pages. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bars, lines, type Spec } from './charts.ts';
import { folder, type Results } from './results.ts';

/** What is used of the drawing libraries, which only a run that writes pictures installs. */
interface VegaLite {
  compile(spec: Spec): { readonly spec: Spec };
}
interface Vega {
  parse(spec: Spec): object;
  readonly View: new (runtime: object, options: { renderer: 'none' }) => { toSVG(): Promise<string> };
}

interface Picture {
  readonly group: string;
  readonly file: string;
  readonly about: string;
  /** Of the comparisons that have these ids, in this order; a growth's if it begins so. */
  readonly ids: readonly string[];
}

const each = (pattern: (library: string) => readonly string[]): string[] => ['xgboost', 'lightgbm', 'catboost'].flatMap(pattern);

export const pictures: readonly Picture[] = [
  { group: 'a', file: 'http.svg', about: 'Requests a second of each server, for 1, 32 and 1000 rows a request', ids: ['http-1', 'http-32', 'http-1000'] },
  { group: 'b', file: 'single-row.svg', about: 'Time for one row in process, by library', ids: each((l) => [`single-${l}-p50`]) },
  { group: 'c', file: 'batch.svg', about: 'Time for a million rows in process, by library and threads', ids: each((l) => [`batch-${l}-1`, `batch-${l}-2`]) },
  { group: 'd', file: 'start.svg', about: 'Cold start and resident memory of each server', ids: ['start-time', 'start-memory'] },
  { group: 'e', file: 'file.svg', about: 'Time and peak memory of models predict on a CSV file', ids: ['file-time', 'file-memory'] },
  { group: 'f', file: 'contributions.svg', about: 'Time for exact TreeSHAP of 1000 rows, by library', ids: each((l) => [`contributions-${l}`]) },
  { group: 'g', file: 'growth.svg', about: 'Time a row and peak memory along trees, depth, columns and rows', ids: ['trees', 'depth', 'columns', 'rows'].flatMap((axis) => [`growth-${axis}-time`, `growth-${axis}-memory`]) },
  { group: 'h', file: 'decode.svg', about: 'Time to decode a body of 1000 rows', ids: ['decode-rounded', 'decode-full'] },
];

/** Draws what has figures. */
export async function writePictures(results: Results): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const require = createRequire(join(import.meta.dirname, '../package.json'));
  const load = async (name: string): Promise<unknown> => import(pathToFileURL(require.resolve(name)).href);
  const vegaLite = (await load('vega-lite')) as VegaLite, vega = (await load('vega')) as Vega;
  for (const { file, ids } of pictures) {
    const comparisons = ids.map((id) => results.comparisons[id]).filter((c) => c !== undefined), growths = ids.map((id) => results.growth[id]).filter((g) => g !== undefined);
    if (comparisons.length + growths.length === 0) continue;
    const spec = growths.length > 0 ? lines(growths) : bars(comparisons);
    const svg = await new vega.View(vega.parse(vegaLite.compile(spec).spec), { renderer: 'none' }).toSVG();
    writeFileSync(join(folder, file), `${themed(svg)}\n`);
  }
}

/** Its own paper and ink for light and for dark: a picture cannot see the page it stands on, only what the reader prefers. */
function themed(svg: string): string {
  const style = `<style>
.paper{fill:#fff}
text{fill:#1f2328}
.role-axis-grid line{stroke:#d1d9e0}
@media (prefers-color-scheme:dark){.paper{fill:#0d1117}text{fill:#e6edf3}.role-axis-grid line{stroke:#3d444d}}
</style><rect class="paper" width="100%" height="100%" rx="6"/>`;
  return svg.replace(/^(<svg[^>]*>)/, `$1${style}`);
}
