import { TokenSecrets } from '../../../server/token-secrets.ts'

export const apiTokenSecrets = new TokenSecrets('flt_')
