import { ParameterSchema, Service } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { describe, expect, test } from 'vitest'
import { initialValues, problemWith, sortViolations, toParameters } from './job-form'

const service = Service.fromPartial({
  id: 'cutout',
  parameters: [
    { name: 'ID', kind: 'PARAMETER_KIND_DATASET', required: true, repeated: true },
    { name: 'CIRCLE', kind: 'PARAMETER_KIND_CIRCLE', repeated: true },
    { name: 'STRETCH', kind: 'PARAMETER_KIND_ENUM', values: ['linear', 'log'], defaultValue: 'linear' },
  ],
})

test('a form begins with what the address gives, else the defaults', () => {
  const values = initialValues(service, { ID: ['a', 'b'], STRETCH: ['log', 'ignored'], UNKNOWN: ['x'] })
  expect(values).toEqual({ ID: ['a', 'b'], CIRCLE: [], STRETCH: ['log'] })
  expect(initialValues(service, {}).STRETCH).toEqual(['linear'])
})

test('parameters are sent in the schema’s order, trimmed, without empty ones', () => {
  expect(toParameters(service, { STRETCH: ['log'], CIRCLE: [' 1 2 3 ', ''], ID: ['a'] })).toEqual([
    { name: 'ID', value: 'a' },
    { name: 'CIRCLE', value: '1 2 3' },
    { name: 'STRETCH', value: 'log' },
  ])
})

describe('a value', () => {
  const schema = (partial: Partial<ParameterSchema>) => ({
    ...ParameterSchema.fromPartial({ name: 'X' }),
    ...partial,
  })
  test.each([
    [schema({ kind: 'PARAMETER_KIND_CIRCLE' }), '1 2 3', true],
    [schema({ kind: 'PARAMETER_KIND_CIRCLE' }), '1 2', false],
    [schema({ kind: 'PARAMETER_KIND_CIRCLE' }), '1 2 0', false],
    [schema({ kind: 'PARAMETER_KIND_CIRCLE' }), '1 x 3', false],
    [schema({ kind: 'PARAMETER_KIND_POLYGON' }), '1 2 3 4 5 6', true],
    [schema({ kind: 'PARAMETER_KIND_POLYGON' }), '1 2 3 4', false],
    [schema({ kind: 'PARAMETER_KIND_POLYGON' }), '1 2 3 4 5 6 7', false],
    [schema({ kind: 'PARAMETER_KIND_POSITION' }), 'circle 1 2 3', true],
    [schema({ kind: 'PARAMETER_KIND_POSITION' }), '1 2 3', false],
    [schema({ kind: 'PARAMETER_KIND_NUMBER', minimum: 0, maximum: 100 }), '99.5', true],
    [schema({ kind: 'PARAMETER_KIND_NUMBER', minimum: 0, maximum: 100 }), '101', false],
    [schema({ kind: 'PARAMETER_KIND_NUMBER' }), 'many', false],
    // Whether it is required is another question.
    [schema({ kind: 'PARAMETER_KIND_CIRCLE' }), '  ', true],
  ])('of %o: "%s"', (parameter, value, good) => {
    expect(problemWith(parameter, value) === undefined).toBe(good)
  })
})

test('the server’s violations go to the parameters they are about', () => {
  const parameters = [
    { name: 'ID', value: 'absent' },
    { name: 'CIRCLE', value: '1 2 3' },
  ]
  const problems = sortViolations(
    [
      { field: 'parameters[1].value', description: 'is off the image' },
      { field: 'ID', description: 'is unknown' },
      { field: 'run_id', description: 'is too long' },
      { field: 'parameters', description: 'lack a region' },
    ],
    parameters,
  )
  expect(problems.byParameter).toEqual({ CIRCLE: 'is off the image', ID: 'is unknown' })
  expect(problems.general).toEqual(['run_id: is too long', 'lack a region'])
})
