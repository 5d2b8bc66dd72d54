export const apiTokensKey = ['api-tokens'] as const
