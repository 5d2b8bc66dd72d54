import { busContract } from '../contract.ts'

busContract('PostgreSQL')
