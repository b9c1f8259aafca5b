package main

import (
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/cmd/sentiment/internal/run"
	"unroll/cmd/sentiment/internal/usage"
	"unroll/internal/show"
	"unroll/internal/signature"
	"unroll/internal/signature/keyfile"
)

func (a *app) signCommand() *cobra.Command {
	var key, fresh string
	c := &cobra.Command{
		Use:   "sign [DIR]",
		Short: "Sign the folder of a run or a model",
		Long: `Writes ` + signature.File + ` into the folder of a run or of a model: the SHA-256 sums of its
files, signed with an Ed25519 key. With --require-signature the commands that use models
read nothing but files that were signed with the key, and refuse what has changed, was
added or is gone since.

--new-key makes a key, and beside it the public one with .pub at the end, which is for
those who check. Both are PEM files: "openssl genpkey -algorithm ed25519" makes such keys,
too.`,
		Example: `  sentiment sign --new-key key.pem
  sentiment sign runs/latest --key key.pem
  sentiment serve runs/latest --require-signature key.pem.pub`,
		Args: arguments(0, 1),
		RunE: func(_ *cobra.Command, args []string) error {
			switch {
			case fresh != "" && len(args) > 0:
				return usage.Errorf("sign: --new-key makes a key and signs nothing, leave out %s", args[0])
			case fresh != "":
				public, err := keyfile.New(fresh)
				if err != nil {
					return err
				}
				fmt.Fprintf(a.out, "The key is in %s: keep it secret. The public key is in %s.\n", fresh, public)
				return nil
			case len(args) == 0:
				return usage.Errorf("sign: want the folder to sign, or --new-key for a key")
			case key == "":
				return usage.Errorf("sign: --key is missing, want the file of a private key; --new-key makes one")
			}
			private, err := keyfile.Private(key)
			if err != nil {
				return usage.Errorf("--key: %v", worded(err))
			}
			n, err := run.Sign(args[0], private)
			if err != nil {
				return err
			}
			fmt.Fprintf(a.out, "Signed %s of %s.\n", show.Plural(n, "file"), args[0])
			return nil
		},
	}
	c.Flags().StringVar(&key, "key", "", "`file` of the private key")
	c.Flags().StringVar(&fresh, "new-key", "", "`file` to make for a new private key")
	return c
}

// signatureFlag is that of the commands that use a model.
func signatureFlag(flags *pflag.FlagSet) {
	flags.String("require-signature", "", "`file` of a public key: read only models that were signed with its private key, see sentiment sign")
}

// requireSignature does what the flag says, if it was given.
func requireSignature(flags *pflag.FlagSet) error {
	f := flags.Lookup("require-signature")
	if f == nil || !f.Changed {
		return nil
	}
	key, err := keyfile.Public(f.Value.String())
	if err != nil {
		return usage.Errorf("--require-signature: %v", worded(err))
	}
	bundle.RequireSignature(key)
	return nil
}
