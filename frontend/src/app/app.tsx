import { MantineProvider } from '@mantine/core'
import { Notifications } from '@mantine/notifications'
import { type QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { useMemo } from 'react'
import { RouterProvider } from 'react-router/dom'
import { createRouter } from './router'
import { type Services, ServicesProvider } from './services'
import { cssVariables, theme } from './theme'

export function App({ services, queryClient }: { services: Services; queryClient: QueryClient }) {
  const router = useMemo(createRouter, [])
  return (
    <MantineProvider theme={theme} cssVariablesResolver={cssVariables} defaultColorScheme="auto">
      <Notifications position="bottom-right" limit={4} autoClose={6000} />
      <QueryClientProvider client={queryClient}>
        <ServicesProvider services={services}>
          <RouterProvider router={router} />
        </ServicesProvider>
      </QueryClientProvider>
    </MantineProvider>
  )
}
