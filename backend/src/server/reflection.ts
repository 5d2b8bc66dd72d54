import { toBinary } from '@bufbuild/protobuf'
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt'
import type { Server } from '@grpc/grpc-js'
import { ReflectionService } from '@grpc/reflection'
import type { Contracts } from './contracts.ts'

/** grpc.reflection.v1 and v1alpha from the compiled contracts, for grpcurl and its like. */
export function addReflection(server: Server, contracts: Contracts, services: readonly string[]): void {
  const fileDescriptorProtos = contracts.files.map((file) =>
    Buffer.from(toBinary(FileDescriptorProtoSchema, file)),
  )
  // Its own loader drops the options; given as bytes, the files are answered as they are.
  const definitions = {
    contracts: { format: 'Protocol Buffer 3 EnumDescriptorProto' as const, type: {}, fileDescriptorProtos },
  }
  new ReflectionService(definitions, { services: [...services] }).addToServer(server)
}
