import type { ParameterSchema } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { describe, expect, test } from 'vitest'
import { inputViolations, newInput } from './input-draft'
import { manifestProblems } from './manifest-problems'
import { newParameter, parameterDraft, parameterSchema, parameterViolations } from './parameter-draft'
import { problemAt, problemsElsewhere } from './problem-at'
import { runDraft, runParameters, runProblems, targetOf } from './run-draft'

const schema = (name: string, defaultValue = ''): ParameterSchema => ({
  name,
  description: '',
  kind: 'PARAMETER_KIND_STRING',
  required: false,
  repeated: false,
  values: [],
  defaultValue,
  unit: '',
  ucd: '',
})

describe('a run', () => {
  const values = {
    WORKFLOW: ['tiles@2'],
    INPUT: ['image=dataset:survey-tile-1', 'image=file:0193', 'nonsense', 'mask=file:0194'],
    PARAM: ['SIZE=512', 'WHERE=a=b'],
  }
  const takes = {
    inputs: [{ name: 'image' }, { name: 'mask' }],
    parameters: [schema('SIZE'), schema('WHERE')],
  }

  test('goes from an address into the form and back, its inputs and parameters in their order', () => {
    const draft = runDraft(values, takes.parameters)
    expect(draft.inputs).toEqual({
      image: [
        { kind: 'dataset', id: 'survey-tile-1' },
        { kind: 'file', id: '0193' },
      ],
      mask: [{ kind: 'file', id: '0194' }],
    })
    expect(runParameters({ kind: 'workflow', reference: 'tiles@2' }, draft, takes)).toEqual([
      { name: 'WORKFLOW', value: 'tiles@2' },
      { name: 'INPUT', value: 'image=dataset:survey-tile-1' },
      { name: 'INPUT', value: 'image=file:0193' },
      { name: 'INPUT', value: 'mask=file:0194' },
      { name: 'PARAM', value: 'SIZE=512' },
      { name: 'PARAM', value: 'WHERE=a=b' },
    ])
  })

  test('begins with defaults, and leaves out what is empty', () => {
    const draft = runDraft({}, [schema('SIZE', '256'), schema('WHERE')])
    const parameters = runParameters({ kind: 'algorithm', reference: 'measure@1' }, draft, takes)
    expect(parameters).toEqual([
      { name: 'ALGORITHM', value: 'measure@1' },
      { name: 'PARAM', value: 'SIZE=256' },
    ])
  })

  test('names an environment only for an algorithm alone', () => {
    const draft = { ...runDraft({}, []), environment: 'large' }
    const names = (kind: 'workflow' | 'algorithm') =>
      runParameters({ kind, reference: 'measure@1' }, draft, { inputs: [], parameters: [] }).map(
        ({ name }) => name,
      )
    expect(names('algorithm')).toEqual(['ALGORITHM', 'ENVIRONMENT'])
    expect(names('workflow')).toEqual(['WORKFLOW'])
  })

  test.each([
    [{}, undefined],
    [{ WORKFLOW: ['tiles'] }, { kind: 'workflow', reference: 'tiles' }],
    [{ ALGORITHM: ['lab/measure@1'] }, { kind: 'algorithm', reference: 'lab/measure@1' }],
  ])('%o names what runs', (given, target) => expect(targetOf(given)).toEqual(target))

  test('what is wrong is shown at the input or parameter that it is about', () => {
    const parameters = runParameters(
      { kind: 'workflow', reference: 'tiles@2' },
      runDraft(values, takes.parameters),
      takes,
    )
    expect(
      runProblems(
        [
          { field: 'parameters[1].value', description: 'no such dataset' },
          { field: 'parameters[4]', description: 'at most 256' },
          { field: 'parameters', description: 'too many' },
        ],
        parameters,
      ),
    ).toEqual({
      inputs: { image: 'no such dataset' },
      parameters: { SIZE: 'at most 256' },
      environment: undefined,
      general: ['too many'],
    })
  })
})

describe('what is wrong with a manifest', () => {
  test('stands at its lines, in their order', () => {
    expect(
      manifestProblems([
        { field: 'manifest', description: 'line 12: image has a tag' },
        { field: 'manifest', description: 'line 3, column 5: a key twice' },
        { field: 'manifest:7', description: 'unknown environment' },
        { field: 'manifest', description: 'is empty' },
      ]),
    ).toEqual([
      { line: undefined, text: 'Is empty' },
      { line: 3, text: 'A key twice' },
      { line: 7, text: 'Unknown environment' },
      { line: 12, text: 'Image has a tag' },
    ])
  })
})

describe('a parameter', () => {
  test('keeps what its kind has', () => {
    const draft = {
      ...newParameter(),
      name: ' SIGMA ',
      minimum: '0',
      maximum: '10',
      unit: 'px',
      values: ['a'],
    }
    expect(parameterSchema({ ...draft, kind: 'PARAMETER_KIND_NUMBER' })).toMatchObject({
      name: 'SIGMA',
      minimum: 0,
      maximum: 10,
      unit: 'px',
      values: [],
    })
    expect(parameterSchema({ ...draft, kind: 'PARAMETER_KIND_ENUM' })).toMatchObject({
      minimum: undefined,
      unit: '',
      values: ['a'],
    })
  })

  test('is the same after it was edited', () => {
    const before: ParameterSchema = {
      ...schema('SIGMA', '2.5'),
      kind: 'PARAMETER_KIND_NUMBER',
      minimum: 0,
      maximum: undefined,
    }
    expect(parameterSchema(parameterDraft(before))).toEqual(before)
  })

  test('limits that are no numbers are not sent', () => {
    const draft = { ...newParameter(), kind: 'PARAMETER_KIND_NUMBER' as const, minimum: 'few' }
    expect(parameterViolations([newParameter(), draft], 'spec.parameters')).toEqual([
      { field: 'spec.parameters[1].minimum', description: 'Give a number, or nothing.' },
    ])
  })
})

test.each([
  ['', 0],
  ['5', 0],
  ['0', 1],
  ['1001', 1],
  ['many', 1],
])('an input of “%s” files at most has %d problems', (maxFiles, count) =>
  expect(inputViolations([{ ...newInput(), maxFiles }], 'spec.inputs')).toHaveLength(count),
)

test('a problem belongs to the field that it is about or that is around it', () => {
  const violations = [
    { field: 'spec.image', description: 'has no digest' },
    { field: 'spec.command[1]', description: 'too long' },
    { field: 'spec', description: 'too large' },
  ]
  expect(problemAt(violations, 'spec.image')).toBe('The image has no digest')
  expect(problemAt(violations, 'spec.command')).toBe('Too long')
  expect(problemAt(violations, 'spec.images')).toBeUndefined()
  expect(problemsElsewhere(violations, ['spec.image', 'spec.command'])).toEqual(['Too large'])
})
