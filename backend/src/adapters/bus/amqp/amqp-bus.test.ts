import { test } from 'vitest'
import { busContract } from '../contract.ts'

const url = process.env['AMQP_URL']

if (url !== undefined) busContract('RabbitMQ', url)
else test.skip('the bus over RabbitMQ needs a broker: set AMQP_URL', () => undefined)
