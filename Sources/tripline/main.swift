import Glibc

exit(await Shell.main(Array(CommandLine.arguments.dropFirst())))
