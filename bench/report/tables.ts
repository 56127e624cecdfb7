/** Comparisons as Markdown tables. */
import { type Comparison, figure, median, times } from '../samples.ts';

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
