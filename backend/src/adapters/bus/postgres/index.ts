export { createPostgresBus, type PostgresBusOptions } from './postgres-bus.ts'
