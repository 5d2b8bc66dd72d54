/** A cell, in hexadecimal digits as H3 writes it, and how many persons were in it. */
export interface CountedCell {
  readonly cell: string
  readonly personCount: number
}

/** Who was in which cell, each person once however often it is told. */
export class CellVisitors {
  readonly #persons = new Map<string, Set<number>>()
  #visits = 0

  /** Persons in cells: what it holds in memory, some 40 bytes each. */
  get visits(): number {
    return this.#visits
  }

  add(cell: string, personNos: readonly number[]): void {
    let persons = this.#persons.get(cell)
    if (persons === undefined) {
      persons = new Set()
      this.#persons.set(cell, persons)
    }
    this.#visits -= persons.size
    for (const personNo of personNos) persons.add(personNo)
    this.#visits += persons.size
  }

  /** Cells with at least so many persons, the fullest first, and of equal ones by their index. */
  fullest(minimumPersons: number): CountedCell[] {
    return [...this.#persons]
      .filter(([, persons]) => persons.size >= minimumPersons)
      .map(([cell, persons]) => ({ cell, personCount: persons.size }))
      .sort((a, b) => b.personCount - a.personCount || (a.cell < b.cell ? -1 : 1))
  }

  /** Distinct persons of some cells. */
  everybodyIn(cells: readonly CountedCell[]): number {
    const everybody = new Set<number>()
    for (const { cell } of cells)
      for (const personNo of this.#persons.get(cell) ?? []) everybody.add(personNo)
    return everybody.size
  }
}
