# ddnsctl.bash - completion of ddnsctl for bash.
# shellcheck shell=bash

_ddnsctl() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local word command='' socket='' words=0 i
	local keys='family= address= servers= domain= host-name= lease= fqdn-flags=
		fqdn-name='
	local commands='status refresh reload withdraw watch metrics dhcp-event'

	COMPREPLY=()
	for ((i = 1; i < COMP_CWORD; i++)); do
		word=${COMP_WORDS[i]}
		case $word in
		-s | --socket) socket=${COMP_WORDS[++i]} ;;
		-*) ;;
		*)
			command=${command:-$word}
			words=$((words + 1))
			;;
		esac
	done
	if [[ $prev == -s || $prev == --socket ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	elif [[ $cur == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W \
		    '-s --socket -j --json -V --version -h --help' -- "$cur")
	elif [[ -z $command ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur")
	elif [[ $command == status || $command == refresh || $command == withdraw ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$(_ddnsctl_names "$socket")" \
		    -- "$cur")
	elif [[ $command == dhcp-event && $words -eq 1 ]]; then
		mapfile -t COMPREPLY < <(cd /sys/class/net && compgen -f -- "$cur")
	elif [[ $command == dhcp-event && $words -eq 2 ]]; then
		mapfile -t COMPREPLY < <(compgen -W 'bound gone' -- "$cur")
	elif [[ $command == dhcp-event && $cur != *=* ]]; then
		compopt -o nospace 2>/dev/null
		mapfile -t COMPREPLY < <(compgen -W "$keys" -- "$cur")
	fi
}

# The registrations that the daemon has: in status they follow the mark.
_ddnsctl_names() {
	ddnsctl ${1:+-s "$1"} status 2>/dev/null |
	    awk '$1 ~ /^(ok|\.\.|!!|--)$/ && /^[^ ]/ { print $2 }'
}

complete -F _ddnsctl ddnsctl
