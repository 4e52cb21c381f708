"""`fanout demo` and `fanout dev`: the whole main job on this machine, watched and verified from the outside."""
