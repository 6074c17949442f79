"""What a release is: its identity and revisions, the candidate, its checks, the atomic switch, reading it back."""
