import { array, assert, constantFrom, integer, property, record, uniqueArray } from 'fast-check'
import { expect, test } from 'vitest'
import { type Graph, ordered, stepsBefore } from './workflow-graph.ts'

const graph = (needs: Readonly<Record<string, readonly string[]>>): Graph => new Map(Object.entries(needs))

test('steps come after what they need, and otherwise as they are declared', () => {
  expect(ordered(graph({ collect: ['measure', 'cut'], measure: ['cut'], cut: [], look: [] }))).toEqual({
    order: ['cut', 'measure', 'collect', 'look'],
  })
})

test.each([
  ['a step that needs itself', { cut: ['cut'] }, ['cut', 'cut']],
  ['two that need each other', { cut: ['measure'], measure: ['cut'] }, ['cut', 'measure', 'cut']],
  [
    'a longer way round, told in the direction of the work',
    { stage: [], a: ['stage', 'c'], b: ['a'], c: ['b'], end: ['c'] },
    ['a', 'b', 'c', 'a'],
  ],
])('%s is a cycle', (_, needs, cycle) => {
  expect(ordered(graph(needs))).toEqual({ cycle })
})

test('what is read and what comes before is needed once', () => {
  const inputs = [
    { name: 'a', from: 'steps.cut' },
    { name: 'b', from: 'inputs.image' },
    { name: 'c', from: 'steps.cut' },
  ]
  expect(stepsBefore({ inputs, after: ['look', 'cut'] })).toEqual(['cut', 'look'])
})

const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g']
const graphs = uniqueArray(
  record({ name: constantFrom(...names), needs: uniqueArray(constantFrom(...names, 'unknown')) }),
  { selector: ({ name }) => name },
).map((nodes): Graph => new Map(nodes.map(({ name, needs }) => [name, needs])))

/** By removing, again and again, every node that nothing left needs: another way than the one that is tested. */
function hasCycle(tested: Graph): boolean {
  const left = new Map(tested)
  for (;;) {
    const needed = new Set([...left.values()].flat())
    const last = [...left.keys()].filter((node) => !needed.has(node))
    if (last.length === 0) return left.size > 0
    for (const node of last) left.delete(node)
  }
}

test('a cycle is found if and only if there is one, and it is one', () => {
  assert(
    property(graphs, (tested) => {
      const found = ordered(tested)
      expect('cycle' in found).toBe(hasCycle(tested))
      if ('order' in found) {
        expect([...found.order].sort()).toEqual([...tested.keys()].sort())
        for (const [place, node] of found.order.entries()) {
          const needs = (tested.get(node) ?? []).filter((need) => tested.has(need))
          expect(needs.every((need) => found.order.indexOf(need) < place)).toBe(true)
        }
        return
      }
      const { cycle } = found
      expect(cycle.length).toBeGreaterThan(1)
      expect(cycle[0]).toBe(cycle.at(-1))
      expect(new Set(cycle).size).toBe(cycle.length - 1)
      for (const [place, node] of cycle.slice(1).entries()) expect(tested.get(node)).toContain(cycle[place])
    }),
    { numRuns: 2000 },
  )
})

test('a graph whose nodes need only earlier ones has no cycle', () => {
  const acyclic = array(array(integer({ min: 0, max: 1000 }), { maxLength: 5 }), {
    minLength: 1,
    maxLength: 30,
  })
  assert(
    property(acyclic, (needs) => {
      const entries = needs.map((each, place): [string, string[]] => [
        `n${place}`,
        place === 0 ? [] : each.map((need) => `n${need % place}`),
      ])
      // Declared the other way round, so that the order has to be found.
      expect(ordered(new Map(entries.reverse()))).toHaveProperty('order')
    }),
  )
})
