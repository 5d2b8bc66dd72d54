import type { OrganizationKind, Role } from '@fairlead/proto/web/fairlead/identity/v1/identity'
import { Alert, Button, Group, Modal, Radio, Stack, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { toApiError } from '../../app/api-error'
import type { CurrentOrganization } from '../../app/organization'
import { useApi } from '../../app/services'
import { notifySuccess } from '../../ui/notify'
import { membersKey } from './member-queries'
import { roleDescriptions, roleLabel, rolesOf } from './role'

interface InviteDialogProps {
  readonly organization: CurrentOrganization
  readonly kind: OrganizationKind
  readonly opened: boolean
  readonly onClose: () => void
}

export function InviteDialog({ organization, kind, opened, onClose }: InviteDialogProps) {
  const api = useApi()
  const queryClient = useQueryClient()
  const roles = rolesOf(kind)
  const [email, setEmail] = useState('')
  const [role, setRole] = useState<Role>(roles[0] ?? 'ROLE_MEMBER')

  const create = useMutation({
    mutationFn: () => api.identity().CreateMember({ parent: organization.name, email: email.trim(), role }),
    onSuccess: (member) => {
      notifySuccess(
        member.state === 'MEMBER_STATE_INVITED' ? 'Member invited' : 'Member added',
        member.state === 'MEMBER_STATE_INVITED' ? 'They join when they first sign in with this address.' : '',
      )
      setEmail('')
      onClose()
      void queryClient.invalidateQueries({ queryKey: membersKey(organization.slug) })
    },
  })
  const failure = create.error === null ? undefined : toApiError(create.error)
  const emailProblem = failure?.violations.find(({ field }) => field === 'email')?.description

  const submit = (event: FormEvent) => {
    event.preventDefault()
    create.mutate()
  }

  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title="Add a member"
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="E-mail address"
            type="email"
            required
            data-autofocus
            value={email}
            error={emailProblem}
            onChange={(event) => {
              create.reset()
              setEmail(event.currentTarget.value)
            }}
          />
          <Radio.Group label="Role" value={role} onChange={(value) => setRole(value as Role)}>
            <Stack gap={10} mt={8}>
              {roles.map((choice) => (
                <Radio
                  key={choice}
                  value={choice}
                  label={roleLabel(choice)}
                  description={roleDescriptions[choice]}
                />
              ))}
            </Stack>
          </Radio.Group>
          {failure !== undefined && emailProblem === undefined && (
            <Alert color="red" role="alert">
              {failure.message}
            </Alert>
          )}
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              Close
            </Button>
            <Button type="submit" loading={create.isPending}>
              Add
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  )
}
