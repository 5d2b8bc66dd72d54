// The reference: a grpc-js server whose GetJob decodes its request and answers an empty job.
import { Job, JobServiceService } from '@fairlead/proto/server/fairlead/jobs/v1/jobs'
import { Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js'

const empty = Job.fromPartial({})
const server = new Server()
const service: ServiceDefinition = { getJob: JobServiceService.getJob }
server.addService(service, {
  getJob: (_call: unknown, callback: (error: null, job: Job) => void) => callback(null, empty),
})
server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) => {
  if (error !== null) throw error
  process.send?.(port)
})
process.on('disconnect', () => process.exit())
