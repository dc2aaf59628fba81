/** What the service says of users and tokens that were wished for, in Chinese. */
export const ACCESS_RULES: readonly (readonly [RegExp, (...parts: readonly string[]) => string])[] =
  [
    [/^"(.*)" is not one of /u, (role) => `没有“${role}”这个角色`],
    [
      /^a name has up to 63 letters/u,
      () => "名称最多 63 个字母、数字和 . _ @ + -，以字母或数字开头",
    ],
    [/^an account manager needs some/u, () => "客户经理需要至少一个账号"],
    [/^the role (\S+) sees every account/u, () => "该角色可查看所有账号：请留空，或选择客户经理"],
    [/^no account "(.*)" in the configuration/u, (id) => `配置中没有账号“${id}”`],
    [/^is one of the first that guessers try: take a sentence$/u, () => "太容易被猜到，请用一句话"],
    [/^takes (\d+) to (\d+) characters$/u, (from, until) => `请输入 ${from} 到 ${until} 个字符`],
    [/^give a time such as 90d/u, () => "请填写时长，例如 90d，最长十年"],
    [/^there is a user "(.*)" already/u, (name) => `用户“${name}”已存在（包括已停用的）`],
    [/^there is a token "(.*)" already/u, (name) => `令牌“${name}”已存在（包括已吊销的）`],
    [
      /^"(.*)" logs in at (\S+): the role is given there$/u,
      (name, issuer) => `“${name}”通过 ${issuer} 登录，角色由其决定`,
    ],
    [
      /^"(.*)" is the last admin: make another one first$/u,
      (name) => `“${name}”是最后一位管理员：请先添加另一位`,
    ],
    [
      /^"(.*)" logs in at (\S+): there is no password/u,
      (name, issuer) => `“${name}”通过 ${issuer} 登录，没有密码`,
    ],
  ];
