# ddnsupd.bash - completion of ddnsupd for bash.
# shellcheck shell=bash

_ddnsupd() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	local options='--once --withdraw --check --online --dry-run --config --dedicated
		--shared --interface --address --server --state-directory --timeout
		--json --verbose --quiet --version --help
		-n -c -D -S -i -a -s -t -j -v -q -V -h'

	COMPREPLY=()
	case $prev in
	-c | --config)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
		;;
	--state-directory)
		mapfile -t COMPREPLY < <(compgen -d -- "$cur")
		;;
	-i | --interface)
		mapfile -t COMPREPLY < <(cd /sys/class/net && compgen -f -- "$cur")
		;;
	-D | --dedicated | -a | --address | -s | --server | -t | --timeout) ;;
	*)
		[[ $cur != -* ]] ||
		    mapfile -t COMPREPLY < <(compgen -W "$options" -- "$cur")
		;;
	esac
}

complete -F _ddnsupd ddnsupd
