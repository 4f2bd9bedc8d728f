// What a shell runs to complete a line. All knowledge is in the program: a script hands over the line, and puts the answer in its place.
import type { Shell } from './shells.ts';

const bash = `# bash completion for notation-ts-kms
_notation_ts_kms() {
  local line search= open=
  COMPREPLY=()
  while IFS= read -r line; do
    case $line in
      =*) COMPREPLY+=("\${line#=}") ;;
      :open) open=1 ;;
      :*) search=\${line#:} ;;
    esac
  done < <(command notation-ts-kms __complete bash "\${COMP_LINE:0:COMP_POINT}" "$COMP_WORDBREAKS" 2>/dev/null)
  if [[ -n $open ]]; then compopt -o nospace 2>/dev/null; fi
  case $search in
    files) compopt -o default 2>/dev/null || COMPREPLY=($(IFS=$'\\n'; compgen -f -- "\${COMP_WORDS[COMP_CWORD]}")) ;;
    folders) compopt -o dirnames -o nospace 2>/dev/null || COMPREPLY=($(IFS=$'\\n'; compgen -d -- "\${COMP_WORDS[COMP_CWORD]}")) ;;
  esac
}
complete -F _notation_ts_kms notation-ts-kms
`;

const zsh = `#compdef notation-ts-kms
# zsh completion for notation-ts-kms
_notation-ts-kms() {
  local line search tab=$'\\t'
  local -a values shown open
  while IFS= read -r line; do
    case $line in
      ('='*)
        line=\${line#=}
        values+=("\${line%%$tab*}")
        if [[ -n \${line#*$tab} ]]; then shown+=("\${line%%$tab*}  -- \${line#*$tab}"); else shown+=("\${line%%$tab*}"); fi
        ;;
      (':open') open=(-S '') ;;
      (':'*) search=\${line#:} ;;
    esac
  done < <(command notation-ts-kms __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)
  if [[ $PREFIX == --*=* && -n $search ]]; then compset -P 1 '*='; fi
  case $search in
    (files) _files ;;
    (folders) _files -/ ;;
    (*) if (( $#values )); then compadd -l "\${open[@]}" -d shown -a -- values; fi ;;
  esac
}
if [[ $funcstack[1] == _notation-ts-kms ]]; then
  _notation-ts-kms "$@"
else
  compdef _notation-ts-kms notation-ts-kms
fi
`;

const fish = `# fish completion for notation-ts-kms
function __notation_ts_kms_complete
    set -l before (commandline -opc)
    set -e before[1]
    set -l word (commandline -ct)
    set -l option ''
    for line in (command notation-ts-kms __complete fish $before "$word" 2>/dev/null)
        switch $line
            case '=*'
                string sub -s 2 -- $line
            case ':files' ':folders'
                if string match -q -- '--*=*' $word
                    set option (string replace -r '=.*' '=' -- $word)
                    set word (string replace -r '^[^=]*=' '' -- $word)
                end
                set -l found __fish_complete_path
                test $line = :folders; and set found __fish_complete_directories
                for path in ($found "$word" '')
                    echo $option$path
                end
        end
    end
end
complete -c notation-ts-kms -f -a '(__notation_ts_kms_complete)'
`;

const powershell = `# PowerShell completion for notation-ts-kms
Register-ArgumentCompleter -Native -CommandName 'notation-ts-kms' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)
    $words = @()
    $word = ''
    foreach ($element in ($commandAst.CommandElements | Select-Object -Skip 1)) {
        if ($element.Extent.StartOffset -ge $cursorPosition) { break }
        $text = $element.Extent.Text
        if ($element -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $text = $element.Value }
        if ($element.Extent.EndOffset -lt $cursorPosition) { $words += $text } else { $word = $text }
    }
    $asked = [Convert]::ToBase64String([Text.Encoding]::UTF8.GetBytes((@($words) + $word) -join [char]0))
    $program = Get-Command -Name 'notation-ts-kms' -CommandType Application -ErrorAction SilentlyContinue | Select-Object -First 1
    if ($null -eq $program) { return }
    $search = $false
    $found = foreach ($line in (& $program '__complete' 'powershell' $asked 2>$null)) {
        if ($line.StartsWith('=')) {
            $fields = $line.Substring(1).Split([char]9)
            [System.Management.Automation.CompletionResult]::new($fields[0], $fields[1], 'ParameterValue', $fields[2])
        } elseif ($line -ne ':open') {
            $search = $true
        }
    }
    # PowerShell looks for files where it is answered nothing at all.
    if ($found) { $found } elseif (-not $search) { '' }
}
`;

/** The script that completes lines in that shell. */
export const scripts: Readonly<Record<Shell, string>> = { bash, zsh, fish, powershell };
