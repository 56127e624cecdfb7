/** Comparisons as Markdown tables. */
import { type Comparison, figure, type Growth, median, times } from '../samples.ts';

/** A heading and a table: median and range of each contender, and how many times better ours is. */
export function comparisonTable(comparison: Comparison): string {
  const { title, unit, better, series } = comparison, ours = series.filter(({ name }) => name.startsWith('mlmodel'));
  const lines = [`### ${title}`, '', `| | ${unit}, median | min | max | ${ours.map(({ name }) => `${name}: times ${better === 'more' ? 'the rate' : 'better'}`).join(' | ')} |`, `|---|---|---|---|${ours.map(() => '---|').join('')}`];
  for (const { name, values } of series) {
    const ratios = ours.map((own) => (own.name === name ? '–' : `${figure(times(comparison, name, own.name) ?? NaN)} ×`));
    lines.push(`| ${[name, figure(median(values)), figure(Math.min(...values)), figure(Math.max(...values)), ...ratios].join(' | ')} |`);
  }
  return lines.join('\n');
}

/** The figures behind the plots: a table for each axis. */
export function growthTables(growths: readonly Growth[]): string[] {
  return [...new Set(growths.map(({ axis }) => axis))].map((axis) => {
    const of = growths.filter((g) => g.axis === axis), xs = [...new Set(of.flatMap(({ points }) => points.map(({ x }) => x)))];
    const columns = of.flatMap(({ unit, points }) => [...new Set(points.map(({ name }) => name))].map((name) => ({ unit, name, points })));
    const lines = [`| ${[axis, ...columns.map(({ unit, name }) => `${name}, ${unit}`)].join(' | ')} |`, `|${'---|'.repeat(columns.length + 1)}`];
    for (const x of xs) lines.push(`| ${[x.toLocaleString('en'), ...columns.map(({ name, points }) => figure(points.find((p) => p.x === x && p.name === name)?.y ?? NaN))].join(' | ')} |`);
    return lines.join('\n');
  });
}
