/** An access token of a demo user, by the grant that the realm of the development environments allows. */
export async function passwordToken(url: string, username: string): Promise<string> {
  const response = await fetch(`${url}/auth/realms/fairlead/protocol/openid-connect/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'password',
      client_id: 'fairlead-cli',
      username,
      password: username,
      scope: 'openid',
    }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`no token for ${username}: ${response.status} ${text}`)
  return (JSON.parse(text) as { access_token: string }).access_token
}
