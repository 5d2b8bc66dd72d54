interface Arrow {
  readonly from: string
  readonly to: string
}

/** Each after all that lead to it; those that are free to choose keep their order. What stands in a circle comes last. */
export function topologicalOrder(ids: readonly string[], arrows: readonly Arrow[]): string[] {
  const known = new Set(ids)
  const before = new Map<string, Set<string>>(ids.map((id) => [id, new Set()]))
  for (const { from, to } of arrows) if (known.has(from)) before.get(to)?.add(from)
  const order: string[] = []
  const placed = new Set<string>()
  let next: string | undefined
  do {
    next = ids.find((id) => !placed.has(id) && [...(before.get(id) ?? [])].every((one) => placed.has(one)))
    if (next !== undefined) {
      placed.add(next)
      order.push(next)
    }
  } while (next !== undefined)
  return [...order, ...ids.filter((id) => !placed.has(id))]
}

/**
 * The way along arrows from one to another, both included; undefined when there is none. An arrow from `to` to `from`
 * would close it to a circle.
 */
export function wayAlong(arrows: readonly Arrow[], from: string, to: string): readonly string[] | undefined {
  const ways: (readonly string[])[] = [[from]]
  const seen = new Set([from])
  for (let way = ways.shift(); way !== undefined; way = ways.shift()) {
    const last = way.at(-1)
    if (last === to) return way
    for (const arrow of arrows) {
      if (arrow.from !== last || seen.has(arrow.to)) continue
      seen.add(arrow.to)
      ways.push([...way, arrow.to])
    }
  }
  return undefined
}
