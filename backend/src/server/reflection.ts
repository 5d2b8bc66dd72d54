import { toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import type { Server } from '@grpc/grpc-js'
import type { EnumTypeDefinition } from '@grpc/proto-loader'
import { ReflectionService } from '@grpc/reflection'
import type { Contracts } from './contracts.ts'

/** grpc.reflection.v1 and v1alpha from the compiled contracts, for grpcurl and its like. */
export function addReflection(server: Server, contracts: Contracts, services: readonly string[]): void {
  // The only part of a definition that reflection reads is its files; the format is any.
  const definition: EnumTypeDefinition = {
    format: 'Protocol Buffer 3 EnumDescriptorProto',
    type: {},
    fileDescriptorProtos: contracts.files.map((file) =>
      Buffer.from(toBinary(FileDescriptorProtoSchema, file)),
    ),
  }
  new ReflectionService({ contracts: definition }, { services: [...services] }).addToServer(server)
}
