import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { edgePath } from './edge-path'
import { layOut } from './graph-layout'
import type { Graph, GraphNode } from './graph-model'
import { walkFrom } from './graph-walk'
import { handlePlace, sizeOf } from './node-size'
import { nodeSentence } from './node-words'
import { fanOutText, specGraph } from './spec-graph'
import { containerShares, containersText, isDone, isMoving, stepStateWords } from './step-state-words'
import { fanOutSentence, sourceText } from './step-words'
import { topologicalOrder, wayAlong } from './topological-order'

function box(id: string, fields: Partial<GraphNode> = {}): GraphNode {
  return {
    id,
    kind: 'step',
    name: id,
    algorithm: 'measure@1',
    environment: 'small',
    fanOut: '',
    publish: false,
    ports: [],
    problem: '',
    progress: undefined,
    ...fields,
  }
}

function graphOf(names: readonly string[], arrows: readonly (readonly [string, string])[]): Graph {
  return {
    nodes: names.map((name) => box(name)),
    edges: arrows.map(([from, to]) => ({ id: `${from} > ${to}`, from, to, port: '', isOrder: false })),
  }
}

/** Arrows lead from a lower to a higher number: there is no circle. */
const anyGraph = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.array(fc.tuple(fc.nat(11), fc.nat(11)), { maxLength: 20 }))
  .map(([count, pairs]) => {
    const arrows = new Map<string, readonly [string, string]>()
    for (const [one, other] of pairs) {
      if (one < other && other < count) arrows.set(`${one} ${other}`, [`s${one}`, `s${other}`])
    }
    return graphOf(
      Array.from({ length: count }, (_, index) => `s${index}`),
      [...arrows.values()],
    )
  })

const diamond = graphOf(
  ['join', 'left', 'right', 'cut'],
  [
    ['cut', 'left'],
    ['cut', 'right'],
    ['left', 'join'],
    ['right', 'join'],
  ],
)

describe('the order of steps', () => {
  test('has each after all that lead to it', () => {
    expect(topologicalOrder(['join', 'left', 'right', 'cut'], diamond.edges)).toEqual([
      'cut',
      'left',
      'right',
      'join',
    ])
    fc.assert(
      fc.property(anyGraph, ({ nodes, edges }) => {
        const ids = nodes.map(({ id }) => id).toReversed()
        const order = topologicalOrder(ids, edges)
        expect(order.toSorted()).toEqual(ids.toSorted())
        for (const { from, to } of edges) expect(order.indexOf(from)).toBeLessThan(order.indexOf(to))
      }),
    )
  })

  test('has what stands in a circle at its end, and ends', () => {
    const circle = [
      { from: 'a', to: 'b' },
      { from: 'b', to: 'a' },
    ]
    expect(topologicalOrder(['a', 'b', 'c'], circle)).toEqual(['c', 'a', 'b'])
  })

  test('names the way from one to another, the shortest', () => {
    const arrows = [...diamond.edges, { from: 'cut', to: 'join' }]
    expect(wayAlong(arrows, 'cut', 'join')).toEqual(['cut', 'join'])
    expect(wayAlong(diamond.edges, 'left', 'join')).toEqual(['left', 'join'])
    expect(wayAlong(diamond.edges, 'join', 'cut')).toBeUndefined()
    expect(wayAlong(diamond.edges, 'cut', 'cut')).toEqual(['cut'])
  })
})

describe('the layout', () => {
  test('puts each box beyond all that lead to it, and none upon another', () => {
    fc.assert(
      fc.property(anyGraph, fc.constantFrom('right' as const, 'down' as const), (graph, direction) => {
        const { places, width, height } = layOut(graph, direction)
        const frames = graph.nodes.map((node) => ({
          ...{ x: -1, y: -1, ...places.get(node.id) },
          ...sizeOf(node),
          id: node.id,
        }))
        for (const one of frames) {
          expect(one.x).toBeGreaterThanOrEqual(0)
          expect(one.y).toBeGreaterThanOrEqual(0)
          expect(one.x + one.width).toBeLessThanOrEqual(width)
          expect(one.y + one.height).toBeLessThanOrEqual(height)
          for (const other of frames) {
            if (one.id >= other.id) continue
            const apart =
              one.x + one.width <= other.x ||
              other.x + other.width <= one.x ||
              one.y + one.height <= other.y ||
              other.y + other.height <= one.y
            expect(apart, `${one.id} and ${other.id}`).toBe(true)
          }
        }
        const axis = direction === 'right' ? 'x' : 'y'
        for (const { from, to } of graph.edges) {
          expect(places.get(from)![axis]).toBeLessThan(places.get(to)![axis])
        }
      }),
      { numRuns: 60 },
    )
  })

  test('leaves out edges to what is not there', () => {
    const graph = graphOf(['a'], [['gone', 'a']])
    expect([...layOut(graph, 'right').ways]).toEqual([])
  })

  test('leads a long edge around the boxes between its ends', () => {
    const graph = graphOf(
      ['a', 'b', 'c'],
      [
        ['a', 'b'],
        ['b', 'c'],
        ['a', 'c'],
      ],
    )
    expect(layOut(graph, 'right').ways.get('a > c')).not.toEqual([])
    expect(
      edgePath(
        [
          { x: 0, y: 0 },
          { x: 100, y: 50 },
        ],
        'right',
      ),
    ).toBe('M0,0 C50,0 50,50 100,50')
    expect(edgePath([], 'right')).toBe('')
  })

  test('gives every port a handle of its own on the side where edges come in', () => {
    const node = box('a', { ports: ['image', 'catalogue'] })
    const [one, two] = node.ports.map((port) => handlePlace(node, port, 'right'))
    expect([one!.x, two!.x]).toEqual([0, 0])
    expect(two!.y).toBeGreaterThan(one!.y)
    expect(two!.y).toBeLessThan(sizeOf(node).height)
    expect(handlePlace(node, 'image', 'down').y).toBe(0)
    expect(handlePlace(node, undefined, 'right').x).toBe(sizeOf(node).width)
  })
})

describe('arrow keys', () => {
  const order = ['cut', 'left', 'right', 'join']
  test.each([
    ['right', 'cut', 'ArrowRight', 'left'],
    ['right', 'join', 'ArrowLeft', 'left'],
    ['right', 'left', 'ArrowDown', 'right'],
    ['right', 'right', 'ArrowUp', 'left'],
    ['right', 'join', 'ArrowRight', undefined],
    ['right', 'join', 'Home', 'cut'],
    ['down', 'cut', 'ArrowDown', 'left'],
    ['down', 'left', 'ArrowRight', 'right'],
    ['down', 'left', 'Enter', undefined],
  ] as const)('in a graph that goes %s lead from %s by %s to %s', (direction, from, key, to) => {
    expect(walkFrom(diamond, order, direction, from, key)).toBe(to)
  })
})

describe('the graph of a workflow', () => {
  const step = { environment: '', parameters: [], after: [], publish: false, maxDuration: undefined }
  const spec = {
    inputs: [{ name: 'image', description: '', optional: false }],
    steps: [
      {
        ...step,
        name: 'cut',
        algorithm: 'cut@1',
        inputs: [{ name: 'image', from: 'inputs.image' }],
        fanOut: { over: { $case: 'count' as const, value: 4 }, maxContainers: 0 },
      },
      {
        ...step,
        name: 'measure',
        algorithm: 'measure@2',
        environment: 'environments/large',
        inputs: [
          { name: 'tile', from: 'steps.cut' },
          { name: 'tile', from: 'inputs.image' },
        ],
        after: ['cut'],
        fanOut: undefined,
      },
    ],
  }

  test('has its inputs, its steps and what they read', () => {
    const { nodes, edges } = specGraph(spec)
    expect(nodes.map(({ id }) => id)).toEqual(['inputs.image', 'steps.cut', 'steps.measure'])
    expect(edges.map(({ from, to, port, isOrder }) => [from, to, port, isOrder])).toEqual([
      ['inputs.image', 'steps.cut', 'image', false],
      ['steps.cut', 'steps.measure', 'tile', false],
      ['inputs.image', 'steps.measure', 'tile', false],
      ['steps.cut', 'steps.measure', '', true],
    ])
    expect(new Set(edges.map(({ id }) => id)).size).toBe(edges.length)
  })

  test('tells whose files are results: of what no other reads', () => {
    expect(specGraph(spec).nodes.map(({ publish }) => publish)).toEqual([false, false, true])
  })

  test('has a port for each input of the algorithm, and for what is connected besides', () => {
    const { nodes } = specGraph(spec, (algorithm) => (algorithm === 'cut@1' ? ['image', 'mask'] : []))
    expect(nodes.map(({ ports }) => ports)).toEqual([[], ['image', 'mask'], ['tile']])
  })

  test('is told in words', () => {
    expect(nodeSentence(box('cut', { fanOut: '× 4' }), ['image'])).toBe(
      'Step cut, measure@1, × 4, after image',
    )
    expect(nodeSentence(box('image', { kind: 'input' }), [])).toBe('Input image')
    expect(fanOutText({ over: { $case: 'count', value: 4_000 }, maxContainers: 0 })).toBe('× 4,000')
    expect(fanOutText(undefined)).toBe('')
    expect(fanOutSentence({ over: { $case: 'input', value: 'tile' }, maxContainers: 0 })).toBe(
      'one for each file of tile, 100 at most',
    )
    expect(sourceText('steps.cut')).toBe('all files of cut')
    expect(sourceText('inputs.image')).toBe('the run’s input image')
  })
})

describe('the states of steps', () => {
  const states = [
    'STEP_STATE_BLOCKED',
    'STEP_STATE_WAITING',
    'STEP_STATE_STARTING',
    'STEP_STATE_RUNNING',
    'STEP_STATE_COLLECTING',
    'STEP_STATE_COMPLETED',
    'STEP_STATE_FAILED',
    'STEP_STATE_CANCELLED',
    'STEP_STATE_KEPT',
  ] as const

  test('have each a word of its own', () => {
    expect(new Set(states.map((state) => stepStateWords(state).label)).size).toBe(states.length)
    expect(stepStateWords('STEP_STATE_UNSPECIFIED').label).toBe('Unknown')
  })

  test('move while containers start, run and are collected from', () => {
    expect(states.filter(isMoving)).toEqual([
      'STEP_STATE_STARTING',
      'STEP_STATE_RUNNING',
      'STEP_STATE_COLLECTING',
    ])
    expect(states.filter(isDone)).toEqual(['STEP_STATE_COMPLETED', 'STEP_STATE_KEPT'])
  })

  test.each([
    [{ total: 0, waiting: 0, running: 0, completed: 0, failed: 0 }, ''],
    [{ total: 1, waiting: 0, running: 1, completed: 0, failed: 0 }, ''],
    [{ total: 8, waiting: 3, running: 2, completed: 3, failed: 0 }, '3 of 8 containers'],
    [
      { total: 1200, waiting: 0, running: 0, completed: 1199, failed: 1 },
      '1,199 of 1,200 containers, 1 failed',
    ],
    [{ total: 8, waiting: 0, running: 0, completed: 8, failed: 0 }, '8 containers'],
  ])('count containers: %j', (counts, text) => {
    expect(containersText(counts)).toBe(text)
  })

  test('show shares of nothing as nothing', () => {
    expect(containerShares(undefined)).toEqual({ completed: 0, running: 0, failed: 0 })
    expect(containerShares({ total: 4, waiting: 1, running: 1, completed: 1, failed: 1 })).toEqual({
      completed: 0.25,
      running: 0.25,
      failed: 0.25,
    })
  })
})
