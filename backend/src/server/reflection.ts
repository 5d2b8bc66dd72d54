import { toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import type { Server } from '@grpc/grpc-js'
import type { EnumTypeDefinition } from '@grpc/proto-loader'
import { ReflectionService } from '@grpc/reflection'
import { service as healthService } from 'grpc-health-check'
import type { Contracts } from './contracts.ts'

/** grpc.reflection.v1 and v1alpha from the compiled contracts and the health protocol, for grpcurl and its like. */
export function addReflection(server: Server, contracts: Contracts, services: readonly string[]): void {
  const definitions = {
    contracts: definitionOf(
      contracts.files.map((file) => Buffer.from(toBinary(FileDescriptorProtoSchema, file))),
    ),
    health: definitionOf(filesOf(healthService)),
  }
  new ReflectionService(definitions, { services: [...services, 'grpc.health.v1.Health'] }).addToServer(server)
}

/** The only part of a definition that reflection reads is its files; the format is any. */
function definitionOf(fileDescriptorProtos: Buffer[]): EnumTypeDefinition {
  return { format: 'Protocol Buffer 3 EnumDescriptorProto', type: {}, fileDescriptorProtos }
}

function filesOf(service: typeof healthService): Buffer[] {
  return Object.values(service).flatMap((method) => method.requestType.fileDescriptorProtos)
}
