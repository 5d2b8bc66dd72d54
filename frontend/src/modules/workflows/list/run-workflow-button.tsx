import type { Workflow } from '@fairlead/proto/web/fairlead/workflows/v1/workflows'
import { Button, type ButtonProps } from '@mantine/core'
import { IconPlayerPlay } from '@tabler/icons-react'
import { Link } from 'react-router'
import { submitAddress } from '../../jobs/submit-address'

interface RunWorkflowButtonProps {
  readonly workflow: Pick<Workflow, 'reference' | 'problem'>
  /** Of the organisation's pages. */
  readonly path: string
  readonly size?: ButtonProps['size']
  readonly variant?: ButtonProps['variant']
}

/** Leads to the form for a run. */
export function RunWorkflowButton({
  workflow,
  path,
  size = 'sm',
  variant = 'filled',
}: RunWorkflowButtonProps) {
  const label = <>Run</>
  const shared = {
    size,
    variant,
    leftSection: <IconPlayerPlay size={15} aria-hidden />,
    'aria-label': `Run ${workflow.reference}`,
  }
  if (workflow.problem !== '') {
    return (
      <Button {...shared} disabled title={workflow.problem}>
        {label}
      </Button>
    )
  }
  return (
    <Button
      {...shared}
      component={Link}
      to={submitAddress(path, 'workflow', [{ name: 'WORKFLOW', value: workflow.reference }])}
    >
      {label}
    </Button>
  )
}
