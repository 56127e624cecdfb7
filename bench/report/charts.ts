/** Vega-Lite specifications of the pictures. */
import { type Comparison, figure, type Growth, median } from '../samples.ts';

export type Spec = Readonly<Record<string, unknown>>;

const OURS = '#2f81f7', THEIRS = '#8b949e';
const BARS = 380;
/** Pixels of a label's letter, rather more than less: nothing here measures text. */
const LETTER = 6.6;
const config = {
  background: null, view: { stroke: null }, font: 'system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif',
  title: { anchor: 'start', fontSize: 13, fontWeight: 600, offset: 6, frame: 'group' },
  axis: { labelFontSize: 12, titleFontSize: 12, labelLimit: 400, titleFontWeight: 'normal', domain: false, ticks: false, labelPadding: 7 },
  legend: { labelFontSize: 12, titleFontSize: 12, labelLimit: 400 },
};

/** A block of bars for each comparison; the value stands at the bar's end. */
export function bars(comparisons: readonly Comparison[]): Spec {
  const longest = Math.max(...comparisons.flatMap(({ series }) => series.map(({ name }) => name.length)));
  return {
    config, padding: 16, spacing: 26,
    vconcat: comparisons.map(({ title, unit, better, series }) => {
      const values = series.map(({ name, values: v }) => ({ name, value: median(v), text: `${figure(median(v))} ${unit}`, ours: name.startsWith('mlmodel') }));
      const most = Math.max(...values.map(({ value }) => value));
      const x = { field: 'value', type: 'quantitative', axis: null, scale: { domain: [0, most * 1.3] } };
      const y = { field: 'name', type: 'nominal', sort: null, axis: { title: null, minExtent: longest * LETTER } };
      return {
        title: { text: `${title}`, subtitle: better === 'more' ? 'more is better' : 'less is better', subtitleFontSize: 11, subtitlePadding: 2 },
        width: BARS, height: { step: 22 }, data: { values }, encoding: { x, y },
        layer: [
          { mark: { type: 'bar', height: 15, cornerRadiusEnd: 2 }, encoding: { color: { field: 'ours', type: 'nominal', legend: null, scale: { domain: [true, false], range: [OURS, THEIRS] } } } },
          { mark: { type: 'text', align: 'left', dx: 6, fontSize: 12 }, encoding: { text: { field: 'text' } } },
        ],
      };
    }),
  };
}

/** A panel of lines for each growth, two side by side; all axes but depth and memory are logarithmic. */
export function lines(growths: readonly Growth[]): Spec {
  return {
    config, padding: 16, columns: 2, spacing: 34,
    concat: growths.map(({ axis, unit, points }) => ({
      width: 330, height: 190, data: { values: points },
      mark: { type: 'line', point: { size: 36 }, strokeWidth: 2 },
      encoding: {
        x: { field: 'x', type: 'quantitative', scale: axis === 'depth' ? { zero: false, nice: false } : { type: 'log', nice: false }, axis: { title: axis, labelFlush: false, values: [...new Set(points.map(({ x }) => x))], format: '~s', grid: false, labelOverlap: true } },
        y: { field: 'y', type: 'quantitative', scale: unit.startsWith('MB') ? { zero: true } : { type: 'log' }, axis: { title: unit, tickCount: 5, format: '~r', gridOpacity: 0.4 } },
        color: { field: 'name', type: 'nominal', scale: { domain: ['mlmodel', 'XGBoost from Python'], range: [OURS, THEIRS] }, legend: { title: null, orient: 'top' } },
      },
    })),
  };
}
