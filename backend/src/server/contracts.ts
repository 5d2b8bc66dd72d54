import { readFileSync } from 'node:fs'
import { createFileRegistry, type DescMethod, type FileRegistry, fromBinary } from '@bufbuild/protobuf'
import { type FileDescriptorProto, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt'

/** The compiled contracts: what reflection answers, and what access and validation are read from. */
export interface Contracts {
  readonly registry: FileRegistry
  readonly files: readonly FileDescriptorProto[]
}

/** @param path a serialised google.protobuf.FileDescriptorSet with its imports */
export function readContracts(
  path: string | URL = new URL(import.meta.resolve('@fairlead/proto/descriptors')),
): Contracts {
  return contractsOf(readFileSync(path))
}

export function contractsOf(descriptorSet: Uint8Array): Contracts {
  const set = fromBinary(FileDescriptorSetSchema, descriptorSet)
  return { registry: createFileRegistry(set), files: set.file }
}

/** The method of a gRPC path, "/package.Service/Method". */
export function methodOfPath(registry: FileRegistry, path: string): DescMethod | undefined {
  const [, service = '', method] = path.split('/')
  return registry.getService(service)?.methods.find((candidate) => candidate.name === method)
}
