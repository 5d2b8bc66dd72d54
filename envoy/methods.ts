import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fromBinary } from '@bufbuild/protobuf'
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

export const descriptorsFile = join(import.meta.dirname, '..', 'proto', 'gen', 'descriptors.binpb')

export interface Methods {
  /** Our services, for the JSON interface: "fairlead.jobs.v1.JobService". */
  services: string[]
  /** Methods that stream in either direction: "fairlead.jobs.v1.JobService/WatchJob". */
  streaming: string[]
}

/** Reads what there is from the contracts, so that a new service or stream needs no change here. */
export function readMethods(file = descriptorsFile): Methods {
  const services = fromBinary(FileDescriptorSetSchema, readFileSync(file)).file.flatMap((proto) =>
    proto.service.map((service) => ({ name: `${proto.package}.${service.name}`, methods: service.method })),
  )
  return {
    services: services.map(({ name }) => name).filter((name) => name.startsWith('fairlead.')),
    streaming: services.flatMap(({ name, methods }) =>
      methods
        .filter(({ clientStreaming, serverStreaming }) => clientStreaming || serverStreaming)
        .map((method) => `${name}/${method.name}`),
    ),
  }
}
