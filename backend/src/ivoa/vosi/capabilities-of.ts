import type { JobService } from '../../modules/jobs/index.ts'
import { parameterField } from '../soda/index.ts'
import type { Capability, CapabilityInterface, InterfaceParameter } from './capabilities.ts'

/** Of what stands below /soda (SODA 1.0, section 2.5). */
export function sodaCapabilities(address: string, services: readonly JobService[]): Capability[] {
  const parameters = parametersOf(services, 'cutout')
  return [
    ...vosiCapabilities(address),
    {
      standardId: 'ivo://ivoa.net/std/SODA#sync-1.0',
      interfaces: [
        secured(`${address}/sync`, 'application/fits', parameters),
        // So that clients send their tokens to the pictures that links name.
        secured(`${address}/preview`, 'image/png', parametersOf(services, 'preview')),
      ],
    },
    {
      standardId: 'ivo://ivoa.net/std/SODA#async-1.0',
      interfaces: [secured(`${address}/async`, 'application/xml', parameters)],
    },
    {
      standardId: 'ivo://ivoa.net/std/DataLink#links-1.1',
      interfaces: [
        secured(
          `${address}/links`,
          'application/x-votable+xml;content=datalink',
          parameters.filter(({ name }) => name === 'ID'),
        ),
      ],
    },
  ]
}

/** Of job lists: `own` is that of one service, or what stands above those of all. */
export function uwsCapabilities(own: string, address: string, services: readonly JobService[]): Capability[] {
  return [
    ...vosiCapabilities(own),
    ...services.map(({ id }) => ({
      standardId: 'ivo://ivoa.net/std/UWS',
      interfaces: [secured(`${address}/${id}`, 'application/xml', parametersOf(services, id))],
    })),
  ]
}

function secured(
  url: string,
  resultType: string,
  parameters: readonly InterfaceParameter[],
): CapabilityInterface {
  return { url, use: 'base', secured: true, queryTypes: ['GET', 'POST'], resultType, parameters }
}

function vosiCapabilities(address: string): Capability[] {
  return ['capabilities', 'availability'].map((name) => ({
    standardId: `ivo://ivoa.net/std/VOSI#${name}`,
    interfaces: [
      {
        url: `${address}/${name}`,
        use: 'full',
        secured: false,
        queryTypes: ['GET'],
        resultType: 'application/xml',
      },
    ],
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
