import { expect, test } from 'vitest'
import { divideInputs, type ResolvedInput } from './divide-inputs.ts'

const input = (name: string, files: readonly string[], maxFiles = 1000): ResolvedInput => ({
  name,
  maxFiles,
  files: files.map((file) => ({
    name: file,
    sizeBytes: 1,
    source: { kind: 'object', key: `clean/${file}` },
  })),
})
const step = { step: 'measure', fanOut: undefined, maxContainers: 3 }
const paths = (staged: readonly { readonly path: string }[]) => staged.map(({ path }) => path)

test('one container reads everything', () => {
  const { shared, containers } = divideInputs(step, [input('image', ['a', 'b']), input('table', ['a'])])
  expect(paths(shared)).toEqual(['image/a', 'image/b', 'table/a'])
  expect(containers).toEqual([{ inputs: [], over: '' }])
})

test('each of a count reads everything', () => {
  const { shared, containers } = divideInputs({ ...step, fanOut: { count: 3 } }, [input('image', ['a'])])
  expect(paths(shared)).toEqual(['image/a'])
  expect(containers).toHaveLength(3)
})

test('each of a fan-out reads one file of its input, and everything of the others', () => {
  const fanOut = { input: 'image' }
  const { shared, containers } = divideInputs({ ...step, fanOut }, [
    input('image', ['a', 'a'], 1),
    input('table', ['t']),
  ])
  expect(paths(shared)).toEqual(['table/t'])
  expect(containers.map(({ inputs }) => paths(inputs))).toEqual([['image/a'], ['image/2-a']])
  expect(containers.map(({ over }) => over)).toEqual(['a', '2-a'])
})

test.each([
  ['over no files fails', { input: 'image' }, [input('image', [])], 'FAN_OUT_EMPTY'],
  ['over an input that is not given fails', { input: 'image' }, [], 'FAN_OUT_EMPTY'],
  [
    'over too many files fails',
    { input: 'image' },
    [input('image', ['a', 'b', 'c', 'd'])],
    'FAN_OUT_TOO_LARGE',
  ],
  ['of too many fails', { count: 4 }, [], 'FAN_OUT_TOO_LARGE'],
  [
    'of inputs with too many files fails',
    { count: 1 },
    [input('image', ['a', 'b'], 1)],
    'TOO_MANY_INPUT_FILES',
  ],
])('a fan-out %s', (_, fanOut, inputs, reason) => {
  expect(() => divideInputs({ ...step, fanOut }, inputs)).toThrow(
    expect.objectContaining({ reason, transient: false }),
  )
})

test('what all containers are listed together is bounded', () => {
  const files = Array.from({ length: 1000 }, (_, index) => `f${index}`)
  const many = { ...step, fanOut: { count: 10_000 }, maxContainers: 10_000 }
  expect(() => divideInputs(many, [input('image', files)])).toThrow(
    expect.objectContaining({ reason: 'FAN_OUT_TOO_LARGE' }),
  )
})
