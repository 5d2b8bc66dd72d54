import type { SeedReport } from './run-seed.ts'

export function seedText({
  seed,
  rounds,
  kills,
  answers,
  transactions,
  seconds,
  violations,
}: SeedReport): string {
  const asked = sum(Object.values(answers))
  const verdict = violations.length === 0 ? 'as it must be' : `${violations.length} VIOLATIONS`
  return [
    `seed ${seed}: ${asked} actions in ${rounds} rounds, ${kills} kills, ${transactions} transactions, ${seconds} s: ${verdict}`,
    ...violations.map((violation) => `  ${violation.replaceAll('\n', '\n  ')}`),
  ].join('\n')
}

export function summaryText(reports: readonly SeedReport[]): string {
  const broken = reports.filter(({ violations }) => violations.length > 0)
  return [
    '',
    ...table(
      'came of what was asked for',
      reports.map(({ answers }) => answers),
    ),
    ...table(
      'transfers that ended in',
      reports.map(({ transfers }) => transfers),
    ),
    `${reports.length} seeds, ${sum(reports.map(({ kills }) => kills))} kills, ${sum(reports.map(({ transactions }) => transactions))} transactions, ${Math.round(sum(reports.map(({ seconds }) => seconds)))} s`,
    broken.length === 0
      ? 'All is as it must be.'
      : `Not as it must be: seeds ${broken.map(({ seed }) => seed).join(', ')}`,
  ].join('\n')
}

function table(title: string, counts: readonly Readonly<Record<string, number>>[]): string[] {
  const totals = new Map<string, number>()
  for (const each of counts)
    for (const [name, number] of Object.entries(each)) totals.set(name, (totals.get(name) ?? 0) + number)
  return [title, ...[...totals].sort().map(([name, number]) => `  ${String(number).padStart(6)} ${name}`)]
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
