import type { JobService } from '../../modules/jobs/index.ts'
import { parameterField } from '../soda/index.ts'
import type { Capability, InterfaceParameter } from './capabilities.ts'

const BOTH = ['GET', 'POST'] as const

/** Of what stands below /soda (SODA 1.0, section 2.5). */
export function sodaCapabilities(address: string, services: readonly JobService[]): Capability[] {
  const parameters = parametersOf(services, 'cutout')
  return [
    ...vosiCapabilities(address),
    {
      standardId: 'ivo://ivoa.net/std/SODA#sync-1.0',
      url: `${address}/sync`,
      use: 'base',
      secured: true,
      queryTypes: BOTH,
      resultType: 'application/fits',
      parameters,
    },
    {
      standardId: 'ivo://ivoa.net/std/SODA#async-1.0',
      url: `${address}/async`,
      use: 'base',
      secured: true,
      queryTypes: BOTH,
      resultType: 'application/xml',
      parameters,
    },
    {
      standardId: 'ivo://ivoa.net/std/DataLink#links-1.1',
      url: `${address}/links`,
      use: 'base',
      secured: true,
      queryTypes: BOTH,
      resultType: 'application/x-votable+xml;content=datalink',
      parameters: parameters.filter(({ name }) => name === 'ID'),
    },
    // So that clients send their tokens to the pictures that links name.
    {
      standardId: undefined,
      url: `${address}/preview`,
      use: 'base',
      secured: true,
      queryTypes: BOTH,
      resultType: 'image/png',
      parameters: parametersOf(services, 'preview'),
    },
  ]
}

/** Of job lists: `own` is that of one service, or what stands above those of all. */
export function uwsCapabilities(own: string, address: string, services: readonly JobService[]): Capability[] {
  return [
    ...vosiCapabilities(own),
    ...services.map(
      ({ id }): Capability => ({
        standardId: 'ivo://ivoa.net/std/UWS',
        url: `${address}/${id}`,
        use: 'base',
        secured: true,
        queryTypes: BOTH,
        resultType: 'application/xml',
        parameters: parametersOf(services, id),
      }),
    ),
  ]
}

function vosiCapabilities(address: string): Capability[] {
  return (['capabilities', 'availability'] as const).map((name) => ({
    standardId: `ivo://ivoa.net/std/VOSI#${name}`,
    url: `${address}/${name}`,
    use: 'full',
    secured: false,
    queryTypes: ['GET'],
    resultType: 'application/xml',
  }))
}

function parametersOf(services: readonly JobService[], id: string): InterfaceParameter[] {
  const service = services.find((each) => each.id === id)
  return (service?.parameters ?? []).map((schema) => {
    const { name, description = '', datatype, arraysize, unit, ucd } = parameterField(schema)
    return {
      name,
      description,
      required: schema.required === true,
      // Text of any length is a type of its own here.
      ...(datatype === 'char'
        ? { datatype: 'string' }
        : { datatype: 'real', ...(arraysize === undefined ? {} : { arraysize }) }),
      ...(unit === undefined ? {} : { unit }),
      ...(ucd === undefined ? {} : { ucd }),
    }
  })
}
