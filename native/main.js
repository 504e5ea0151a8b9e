require('./run').run('main')
