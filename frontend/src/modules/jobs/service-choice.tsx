import type { Service } from '@fairlead/proto/web/fairlead/jobs/v1/jobs'
import { Radio, SimpleGrid, Text } from '@mantine/core'
import classes from './service-choice.module.css'

interface ServiceChoiceProps {
  readonly services: readonly Service[]
  readonly chosen: string
  readonly onChoose: (id: string) => void
}

export function ServiceChoice({ services, chosen, onChoose }: ServiceChoiceProps) {
  return (
    <Radio.Group value={chosen} onChange={onChoose} aria-label="Service" mb="md">
      <SimpleGrid cols={{ base: 1, xs: 2, lg: 4 }} spacing="sm">
        {services.map((service) => (
          <Radio.Card
            key={service.id}
            value={service.id}
            className={classes.card ?? ''}
            aria-label={service.displayName || service.id}
          >
            <Radio.Indicator size="xs" />
            <div>
              <Text size="sm" fw={600}>
                {service.displayName || service.id}
              </Text>
              <Text size="xs" c="dimmed" lineClamp={3}>
                {service.description}
              </Text>
            </div>
          </Radio.Card>
        ))}
      </SimpleGrid>
    </Radio.Group>
  )
}
