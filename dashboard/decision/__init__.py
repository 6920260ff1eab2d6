"""What people say of a karyogram, on its page: whose turn it is, the form, its signature, and what happened before."""
