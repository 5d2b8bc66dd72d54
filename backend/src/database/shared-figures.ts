import type { DataSource } from 'typeorm'

/** JSON. */
export type Figures = Readonly<Record<string, unknown>>

export interface SharedFiguresOptions<Counted extends Figures> {
  /** The same in every process. */
  readonly name: string
  count(): Promise<Counted>
  /** Older ones are counted again. Default 5 s. */
  readonly freshMs?: number
  /** Older ones are not told: whoever counts fails at it. Default 60 s. */
  readonly validMs?: number
}

const FRESH_MS = 5_000
const VALID_MS = 60_000
/** Whoever asks for the figures of a process is not to wait for a database that does not answer. */
const WAIT_MS = 2_000

/**
 * Figures of the whole installation that every process tells, and one at a time counts: however many are asked, and
 * however often, the tables are looked at once in a few seconds.
 */
export class SharedFigures<Counted extends Figures> {
  readonly #dataSource: DataSource
  readonly #options: SharedFiguresOptions<Counted>
  #reading: Promise<Counted | undefined> | undefined

  constructor(dataSource: DataSource, options: SharedFiguresOptions<Counted>) {
    this.#dataSource = dataSource
    this.#options = options
  }

  /** Undefined while nobody can count, or read what was counted. Those who ask at the same time are answered together. */
  read(): Promise<Counted | undefined> {
    this.#reading ??= this.#read()
      // Without the database the other figures of the process are still worth having.
      .catch(() => undefined)
      .finally(() => {
        this.#reading = undefined
      })
    return soon(this.#reading)
  }

  async #read(): Promise<Counted | undefined> {
    const { name, freshMs = FRESH_MS, validMs = VALID_MS } = this.#options
    const known = await this.#dataSource.query<
      { figures: Counted; begin_time: string; is_due: boolean; is_valid: boolean }[]
    >(
      `select figures, begin_time::text,
         begin_time < clock_timestamp() - $2::double precision * interval '1 ms' as is_due,
         coalesce(count_time > clock_timestamp() - $3::double precision * interval '1 ms', false) as is_valid
       from shared_figures where name = $1`,
      [name, freshMs, validMs],
    )
    const [row] = known
    if ((row === undefined || row.is_due) && (await this.#take(row?.begin_time))) return this.#count()
    return row?.is_valid === true ? row.figures : undefined
  }

  /** Of several who find that it is due, one counts. */
  async #take(begunBefore: string | undefined): Promise<boolean> {
    const taken = await this.#dataSource.query<{ name: string }[]>(
      `insert into shared_figures (name, begin_time) values ($1, clock_timestamp())
       on conflict (name) do update set begin_time = excluded.begin_time
       where shared_figures.begin_time = $2::timestamptz
       returning name`,
      [this.#options.name, begunBefore ?? null],
    )
    return taken.length > 0
  }

  async #count(): Promise<Counted> {
    const figures = await this.#options.count()
    await this.#dataSource.query(
      `update shared_figures set figures = $2::jsonb, count_time = clock_timestamp() where name = $1`,
      [this.#options.name, JSON.stringify(figures)],
    )
    return figures
  }
}

async function soon<Result>(reading: Promise<Result>): Promise<Result | undefined> {
  const late = Promise.withResolvers<undefined>()
  const timer = setTimeout(late.resolve, WAIT_MS, undefined)
  try {
    return await Promise.race([reading, late.promise])
  } finally {
    clearTimeout(timer)
  }
}
