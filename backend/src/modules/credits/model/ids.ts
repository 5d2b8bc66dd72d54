import type { BookingKey, TransferKey } from './action.ts'
import type { ClassCode, Member } from './world.ts'

/**
 * Ids of the database by the names of the plan. Sequences share a database, one after the other, but no credit class:
 * what is of another class is of another sequence.
 */
export class Ids {
  readonly #suffix: string
  /** Resource names of what has to be agreed to. */
  readonly declarations: readonly string[]
  readonly #organizations: ReadonlyMap<string, string>
  readonly #classes: ReadonlyMap<string, string>
  readonly #transfers = new Map<string, string>()
  readonly #bookings = new Map<string, string>()

  constructor(
    seed: number,
    organizations: ReadonlyMap<string, string>,
    classes: ReadonlyMap<string, string>,
    declarations: readonly string[],
  ) {
    this.#suffix = `-${seed}`
    this.#organizations = organizations
    this.#classes = classes
    this.declarations = declarations
  }

  /** In the database: of a class, and of a booking. */
  inDatabase(name: ClassCode | BookingKey): string {
    return `${name}${this.#suffix}`
  }

  /** Of such a name; undefined when it is another sequence's. */
  inPlan(name: string): string | undefined {
    return name.endsWith(this.#suffix) ? name.slice(0, -this.#suffix.length) : undefined
  }

  get classIds(): string[] {
    return [...this.#classes.values()]
  }

  learnTransfer(key: string, id: string): void {
    this.#transfers.set(key, id)
  }

  learnBooking(key: string, id: string): void {
    this.#bookings.set(key, id)
  }

  transfer(key: TransferKey): string {
    return found(this.#transfers, key)
  }

  booking(key: BookingKey): string {
    return found(this.#bookings, key)
  }

  organization(slug: Member): string {
    return found(this.#organizations, slug)
  }

  creditClass(code: ClassCode): string {
    return found(this.#classes, code)
  }
}

function found(ids: ReadonlyMap<string, string>, name: string): string {
  const id = ids.get(name)
  if (id === undefined) throw new Error(`${name} has no id`)
  return id
}
