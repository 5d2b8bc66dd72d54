import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { jobServices } from '../../../job-services.ts'
import { type OpenApiDocument, openApiOfServices } from './openapi-of-services.ts'

const document = JSON.parse(
  readFileSync(new URL(import.meta.resolve('@fairlead/proto/openapi')), 'utf8'),
) as OpenApiDocument
const extended = openApiOfServices(document, jobServices)
const schemas = extended.components?.schemas ?? {}

describe('openApiOfServices', () => {
  it.each(['CreateJobRequest', 'QuoteJobRequest'])(
    'lets %s be a job of any service, told by its id',
    (name) => {
      const request = schemas[name]
      const ids = jobServices.map(({ id }) => id)
      expect(request?.properties?.['service']?.enum).toEqual(ids)
      expect(Object.keys(request?.discriminator?.mapping ?? {})).toEqual(ids)
      expect(request?.oneOf?.map(({ $ref }) => $ref)).toEqual(
        Object.values(request?.discriminator?.mapping ?? {}),
      )
      expect(Object.keys(request?.properties ?? {})).toEqual(
        Object.keys(document.components?.schemas?.[name]?.properties ?? {}),
      )
      expect(request?.properties?.['parameters']?.description).toContain(
        'cutout: ID (required, repeated), CIRCLE (repeated)',
      )
    },
  )

  it.each(jobServices.map((service) => [service.id, service] as const))(
    'describes every parameter of %s',
    (id, service) => {
      const name = id.charAt(0).toUpperCase() + id.slice(1)
      expect(schemas[`${name}Job`]?.properties?.['service']?.enum).toEqual([id])
      const described = schemas[`${name}Parameter`]?.oneOf ?? []
      expect(described.map(({ properties }) => properties?.['name']?.enum)).toEqual(
        service.parameters.map((parameter) => [parameter.name]),
      )
    },
  )

  it('gives limits, values and defaults', () => {
    const valueNamed = (name: string) =>
      schemas['PreviewParameter']?.oneOf?.find(({ properties }) => properties?.['name']?.enum?.[0] === name)
        ?.properties?.['value']
    expect(valueNamed('STRETCH')).toMatchObject({
      enum: ['linear', 'sqrt', 'log', 'asinh'],
      default: 'asinh',
    })
    expect(valueNamed('WIDTH')?.description).toMatch(/A number\. In px\. At least 16\. At most 4096\./)
  })

  it('refers to nothing that is not there, and leaves the document given as it was', () => {
    const text = JSON.stringify(extended)
    const references = [...text.matchAll(/#\/components\/schemas\/([^"]+)/g)].map(([, name]) => name)
    expect(references.filter((name) => name === undefined || schemas[name] === undefined)).toEqual([])
    expect(document.components?.schemas?.['CutoutJob']).toBeUndefined()
    expect(document.components?.schemas?.['CreateJobRequest']?.oneOf).toBeUndefined()
  })

  it('says so when the contracts no longer have what it describes', () => {
    expect(() => openApiOfServices({ components: { schemas: {} } }, jobServices)).toThrow(/CreateJobRequest/)
  })
})
