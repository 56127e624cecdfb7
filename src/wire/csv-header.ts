/**
 * Column names of a CSV header as pandas makes them unique.
 * @module
 */

/** A column's final name and, for a repeated name, the one it was written as. */
export interface CsvName {
  readonly name: string;
  readonly written: string;
}

/** Empty names become `Unnamed: 0`, repeated ones `a.1`, `a.2`, skipping names that are there; named columns go first. */
export function csvNames(header: readonly string[]): CsvName[] {
  const written = header.map((name, i) => (name === '' ? `Unnamed: ${i}` : name));
  const names = [...written], present = new Map<string, number>(), counts = new Map<string, number>();
  for (const name of names) present.set(name, (present.get(name) ?? 0) + 1);
  const order = [...header.keys()].filter((i) => header[i] !== '').concat([...header.keys()].filter((i) => header[i] === ''));
  for (const i of order) {
    const old = names[i] as string;
    let name = old, count = counts.get(old) ?? 0;
    while (count > 0) {
      counts.set(old, count + 1);
      name = `${old}.${count}`;
      count = (present.get(name) ?? 0) > 0 ? count + 1 : (counts.get(name) ?? 0);
    }
    present.set(old, (present.get(old) ?? 1) - 1);
    present.set(name, (present.get(name) ?? 0) + 1);
    names[i] = name;
    counts.set(name, count + 1);
  }
  return names.map((name, i) => ({ name, written: written[i] as string }));
}
